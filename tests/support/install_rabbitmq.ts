// deno-lint-ignore-file no-console -- people read what this prints
/** Where Debian's package puts its scripts. */
const RABBITMQ_LIB = "/usr/lib/rabbitmq/lib";

/** Makes sure that RabbitMQ is on this machine, from Debian's packages where it is not. Throws otherwise. */
export async function ensureRabbitMq(): Promise<void> {
  if (await isInstalled()) return;
  console.error(
    "RabbitMQ is missing: installing Debian's rabbitmq-server (the tests start their own node)",
  );
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) {
    throw new Error("Install RabbitMQ first, such as by: sudo apt-get install rabbitmq-server");
  }
  await apt("update");
  await apt("install", "--yes", "--no-install-recommends", "rabbitmq-server");
  if (!await isInstalled()) throw new Error(`rabbitmq-server left nothing in ${RABBITMQ_LIB}`);
}

async function isInstalled(): Promise<boolean> {
  try {
    for await (const entry of Deno.readDir(RABBITMQ_LIB)) if (entry.isDirectory) return true;
  } catch {
    // not there
  }
  return false;
}

async function apt(...args: string[]): Promise<void> {
  // RUNLEVEL=1 keeps the package from starting a broker of the machine's own.
  const env = { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const { success } = await new Deno.Command("apt-get", {
    args: ["-qq", ...args],
    env,
    stdout: "null",
  }).spawn().status;
  if (!success) throw new Error(`apt-get ${args.join(" ")} failed`);
}
