import { ensurePackage } from "./debian.ts";

/** Where Debian's package puts its scripts. */
const RABBITMQ_LIB = "/usr/lib/rabbitmq/lib";

/** Makes sure that RabbitMQ is on this machine, from Debian's packages where it is not. Throws otherwise. */
export function ensureRabbitMq(): Promise<void> {
  const purpose = "the tests start their own node";
  return ensurePackage({ name: "rabbitmq-server", isInstalled, purpose });
}

async function isInstalled(): Promise<boolean> {
  try {
    for await (const entry of Deno.readDir(RABBITMQ_LIB)) if (entry.isDirectory) return true;
  } catch {
    // not there
  }
  return false;
}
