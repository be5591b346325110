/** The flags by which a child process finds the standard library: see the task `std`. */
export async function stdFlags(): Promise<readonly string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "std"],
    cwd: ROOT,
  }).output();
  return new TextDecoder().decode(stdout).split(/\s+/).filter((flag) => flag !== "");
}

/** The project's folder. */
export const ROOT = new URL("../../", import.meta.url);
