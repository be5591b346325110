// deno-lint-ignore-file no-console -- people read what this prints
import { installPackages } from "./debian.ts";

/** Where Debian's package puts its scripts. */
const RABBITMQ_LIB = "/usr/lib/rabbitmq/lib";

/** Makes sure that RabbitMQ is on this machine, from Debian's packages where it is not. Throws otherwise. */
export async function ensureRabbitMq(): Promise<void> {
  if (await isInstalled()) return;
  console.error(
    "RabbitMQ is missing: installing Debian's rabbitmq-server (the tests start their own node)",
  );
  await installPackages("rabbitmq-server");
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
