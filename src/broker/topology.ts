import { replyCode, replyText } from "./fault.ts";
import { type Channel, type ChannelModel, onChannel } from "./session.ts";

/** The messages about rules, those included that only some platforms send (contract 3.3). */
const RULE_KEYS = ["rule.created", "rule.enabled", "rule.disabled", "rule.deleted", "rule.updated"];
const ACCESS_REFUSED = 403;
const PRECONDITION_FAILED = 406;

/**
 * Makes sure of the exchange, of the queue, and that the one feeds the other with what happens to rules.
 * What exists already, or is not ours to declare, is used as it is. Returns a warning about each such
 * case. Rejects with the library's error.
 */
export async function declareRuleFeed(
  model: ChannelModel,
  exchange: string,
  queue: string,
): Promise<string[]> {
  const warnings = [
    await ensure(model, `exchange '${exchange}'`, {
      declare: (channel) => channel.assertExchange(exchange, "topic", { durable: true }),
      // Passive: whether it is there, whatever it is.
      fallBack: (channel) => channel.checkExchange(exchange),
    }),
    await ensure(model, `queue '${queue}'`, {
      declare: (channel) => channel.assertQueue(queue, { durable: true }),
      fallBack: (channel) => channel.checkQueue(queue),
    }),
    await ensure(model, `the bindings of queue '${queue}'`, {
      declare: (channel) => bind(channel, exchange, queue),
      // Nobody but an administrator can tell whether they are there.
      fallBack: () => Promise.resolve(),
    }),
  ];
  return warnings.filter((warning) => warning !== null);
}

interface Thing {
  declare(channel: Channel): Promise<unknown>;
  fallBack(channel: Channel): Promise<unknown>;
}

/** Returns a warning where only the fallback worked. Rejects with the first error where not even that did. */
async function ensure(model: ChannelModel, what: string, thing: Thing): Promise<string | null> {
  try {
    await onChannel(model, thing.declare);
    return null;
  } catch (error) {
    const code = replyCode(error);
    if (code !== ACCESS_REFUSED && code !== PRECONDITION_FAILED) throw error;
    const exists = await onChannel(model, thing.fallBack).then(() => true, () => false);
    if (!exists) throw error;
    return `Using ${what} as found: ${replyText(error)}`;
  }
}

async function bind(channel: Channel, exchange: string, queue: string): Promise<void> {
  for (const key of RULE_KEYS) await channel.bindQueue(queue, exchange, key);
}
