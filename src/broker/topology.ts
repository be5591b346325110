import { isAbsent, isForbidden, replyCode, replyText } from "./fault.ts";
import { classic, otherTypeIn, otherTypeText } from "./queue_type.ts";
import { onChannel } from "./session.ts";
import type { Channel, Connection, QueueOptions } from "./channel.ts";

/** The messages about rules, those included that only some platforms send (contract 3.3). */
const RULE_KEYS = ["rule.created", "rule.enabled", "rule.disabled", "rule.deleted", "rule.updated"];
const PRECONDITION_FAILED = 406;

/**
 * Makes sure of the exchange, of the queue, and that the one feeds the other with what happens to rules.
 * What exists already, or is not ours to declare, is used as it is. Returns a warning about each such
 * case. Rejects with the library's error.
 */
export async function declareRuleFeed(
  model: Connection,
  exchange: string,
  queue: string,
  options: QueueOptions = { durable: true },
): Promise<string[]> {
  const warnings = [
    await ensureExchange(model, exchange),
    (await ensureQueue(model, queue, options)).warning,
    await ensureBindings(model, exchange, queue),
  ];
  return warnings.filter((warning) => warning !== null);
}

/**
 * Makes sure that the exchange still feeds the queue: what somebody has taken away since is made anew.
 * Returns whether the exchange was gone. Nobody can ask for bindings, but to bind again changes nothing.
 */
export async function mendRuleFeed(
  model: Connection,
  exchange: string,
  queue: string,
): Promise<boolean> {
  const isGone = await onChannel(model, (channel) => channel.checkExchange(exchange))
    .then(() => false, (error) => {
      if (isForbidden(error)) return false;
      if (!isAbsent(error)) throw error;
      return true;
    });
  if (isGone) await ensureExchange(model, exchange);
  await ensureBindings(model, exchange, queue);
  return isGone;
}

/**
 * Declares the feed with a queue of this connection's own, for one of several instances each of which has to hear
 * everything. The queue that a single instance would use is fed no more, for nobody empties it. Returns
 * the queue's name, which ends in `uuid`, with the warnings.
 */
export async function declareOwnRuleFeed(
  model: Connection,
  exchange: string,
  sharedQueue: string,
  uuid: string,
): Promise<{ queue: string; warnings: string[] }> {
  // Another name each time: the queue of a connection that just broke may be there for a while.
  const queue = `${sharedQueue}.${uuid}`;
  const warnings = await declareRuleFeed(model, exchange, queue, {
    durable: false,
    exclusive: true,
    autoDelete: true,
  });
  const warning = await ensureKnown(model, `the bindings of queue '${sharedQueue}'`, {
    declare: async (channel) => {
      for (const key of RULE_KEYS) await channel.unbindQueue(sharedQueue, exchange, key);
    },
    fallBack: () => Promise.resolve(),
  });
  return { queue, warnings: warning === null ? warnings : [...warnings, warning] };
}

function ensureExchange(model: Connection, exchange: string): Promise<string | null> {
  return ensureKnown(model, `exchange '${exchange}'`, {
    declare: (channel) => channel.assertExchange(exchange, "topic", { durable: true }),
    // Passive: whether it is there, whatever it is.
    fallBack: (channel) => channel.checkExchange(exchange),
  });
}

function ensureBindings(
  model: Connection,
  exchange: string,
  queue: string,
): Promise<string | null> {
  return ensureKnown(model, `the bindings of queue '${queue}'`, {
    declare: (channel) => bind(channel, exchange, queue),
    // Nobody but an administrator can tell whether they are there.
    fallBack: () => Promise.resolve(),
  });
}

interface Thing {
  declare(channel: Channel): Promise<unknown>;
  fallBack(channel: Channel): Promise<unknown>;
}

/** What became of a queue that was to be declared. */
export interface DeclaredQueue {
  /** `false`: it is closed to this user, and can be gone on without. */
  readonly isUsable: boolean;
  /** It was not there before. */
  readonly isNew: boolean;
  /** The messages in it that nobody holds. */
  readonly count: number;
  /** It is of this type, and not a classic one; `null`: it is, as far as that can be seen. */
  readonly otherType: string | null;
  /** What the operator should know of it. */
  readonly warning: string | null;
}

/**
 * Makes sure of a durable classic queue of our own. One that exists otherwise than declared is used as it is; one
 * that is closed to this user is told of. Rejects where it may be there and is out of reach.
 */
export async function declareQueue(
  model: Connection,
  queue: string,
  options: QueueOptions,
): Promise<DeclaredQueue> {
  const before = await countOf(model, queue);
  try {
    const { warning, otherType } = await ensureQueue(model, queue, { ...options, durable: true });
    return { isUsable: true, isNew: before === null, count: before ?? 0, otherType, warning };
  } catch (error) {
    if (!isForbidden(error)) throw error;
    const warning = `Cannot use queue '${queue}': ${replyText(error)}`;
    return { isUsable: false, isNew: false, count: 0, otherType: null, warning };
  }
}

/** The messages of a queue that nobody holds; `null` where it is not there, or closed to us. */
async function countOf(model: Connection, queue: string): Promise<number | null> {
  try {
    return (await onChannel(model, (channel) => channel.checkQueue(queue))).messageCount;
  } catch (error) {
    if (isAbsent(error) || isForbidden(error)) return null;
    throw error;
  }
}

/** Returns a warning where only the fallback worked. */
async function ensureKnown(
  model: Connection,
  what: string,
  thing: Thing,
): Promise<string | null> {
  const refusal = await ensure(model, thing);
  return refusal === null ? null : asFound(what, refusal);
}

/** Makes sure of a classic queue. */
async function ensureQueue(
  model: Connection,
  queue: string,
  options: QueueOptions,
): Promise<{ warning: string | null; otherType: string | null }> {
  const refusal = await ensure(model, {
    declare: (channel) => channel.assertQueue(queue, classic(options)),
    fallBack: (channel) => channel.checkQueue(queue),
  });
  if (refusal === null) return { warning: null, otherType: null };
  const otherType = otherTypeIn(refusal);
  const warning = otherType === null
    ? asFound(`queue '${queue}'`, refusal)
    : otherTypeText(queue, otherType);
  return { warning, otherType };
}

function asFound(what: string, refusal: unknown): string {
  return `Using ${what} as found: ${replyText(refusal)}`;
}

/**
 * Returns why only the fallback worked, if so. Rejects with the first error where that found nothing, or
 * nothing for this user; with the second one where it could not find out.
 */
async function ensure(model: Connection, thing: Thing): Promise<unknown> {
  try {
    await onChannel(model, thing.declare);
    return null;
  } catch (error) {
    if (!isForbidden(error) && replyCode(error) !== PRECONDITION_FAILED) throw error;
    try {
      await onChannel(model, thing.fallBack);
    } catch (second) {
      throw isAbsent(second) || isForbidden(second) ? error : second;
    }
    return error;
  }
}

async function bind(channel: Channel, exchange: string, queue: string): Promise<void> {
  for (const key of RULE_KEYS) await channel.bindQueue(queue, exchange, key);
}
