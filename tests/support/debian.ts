// deno-lint-ignore-file no-console -- people read what this prints

/** Something that tests need on the machine. */
export interface DebianPackage {
  readonly name: string;
  readonly isInstalled: () => Promise<boolean>;
  /** What it is for, in a few words. */
  readonly purpose: string;
}

/** Makes sure that it is on this machine, from Debian's packages where it is not. Throws otherwise. */
export async function ensurePackage({ name, isInstalled, purpose }: DebianPackage): Promise<void> {
  if (await isInstalled()) return;
  console.error(`Installing Debian's ${name}, which is missing (${purpose})`);
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) {
    throw new Error(`Install ${name} first, such as by: sudo apt-get install ${name}`);
  }
  await apt("update");
  await apt("install", "--yes", "--no-install-recommends", name);
  if (!await isInstalled()) throw new Error(`${name} is installed, and not where it is looked for`);
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
