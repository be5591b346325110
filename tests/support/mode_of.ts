/** Who may do what with a file, as `chmod` has it. */
export async function modeOf(path: string): Promise<number> {
  const { mode } = await Deno.stat(path);
  return (mode ?? 0) & 0o777;
}
