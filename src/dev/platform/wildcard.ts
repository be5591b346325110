/** What fits a pattern in which `*` stands for any text, also for none. */
export function wildcard(pattern: string): RegExp {
  return new RegExp(`^${pattern.split("*").map(RegExp.escape).join(".*")}$`, "s");
}
