/** Installs Debian packages. Throws where that is not possible, with what to do. */
export async function installPackages(...packages: readonly string[]): Promise<void> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) {
    throw new Error(`Install it first, such as by: sudo apt-get install ${packages.join(" ")}`);
  }
  await apt("update");
  await apt("install", "--yes", "--no-install-recommends", ...packages);
}

/** Makes sure that commands are there, from the packages that are named beside them. */
export async function ensureCommands(packages: Readonly<Record<string, string>>): Promise<void> {
  const missing: string[] = [];
  for (const [command, name] of Object.entries(packages)) {
    if (!await hasCommand(command)) missing.push(name);
  }
  if (missing.length > 0) await installPackages(...missing);
}

async function hasCommand(command: string): Promise<boolean> {
  const args = ["-c", 'command -v "$0"', command];
  return (await new Deno.Command("sh", { args, stdout: "null" }).output()).success;
}

async function apt(...args: string[]): Promise<void> {
  // RUNLEVEL=1 keeps a package from starting a service of the machine's own.
  const env = { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const { success } = await new Deno.Command("apt-get", {
    args: ["-qq", ...args],
    env,
    stdout: "null",
  }).spawn().status;
  if (!success) throw new Error(`apt-get ${args.join(" ")} failed`);
}
