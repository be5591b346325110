import { isAbsent, isForbidden, replyCode, replyText } from "./fault.ts";
import { onChannel } from "./session.ts";
import type { Channel, Connection } from "./channel.ts";

/** Something is there, and cannot be looked at. */
export interface Unusable {
  /** `closed`: to this user; `out_of_reach`: its node is down, or whatever else the broker says. */
  readonly kind: "closed" | "out_of_reach";
  readonly reason: string;
}

/** What a look at something in the broker found. */
export type Look<T> =
  | { readonly kind: "found"; readonly value: T }
  | { readonly kind: "missing" }
  | Unusable;

/** What is to be seen of a queue. */
export interface QueueLook {
  /** Those that nobody holds. */
  readonly messages: number;
  readonly consumers: number;
}

/** Looks at a queue, and neither makes nor changes it. Rejects where the connection is of no use. */
export function lookAtQueue(model: Connection, queue: string): Promise<Look<QueueLook>> {
  return look(model, async (channel) => {
    const { messageCount, consumerCount } = await channel.checkQueue(queue);
    return { messages: messageCount, consumers: consumerCount };
  });
}

/** Looks whether there is an exchange. Rejects where the connection is of no use. */
export function lookAtExchange(model: Connection, exchange: string): Promise<Look<null>> {
  return look(model, async (channel) => {
    await channel.checkExchange(exchange);
    return null;
  });
}

async function look<T>(
  model: Connection,
  at: (channel: Channel) => Promise<T>,
): Promise<Look<T>> {
  try {
    return { kind: "found", value: await onChannel(model, at) };
  } catch (error) {
    if (replyCode(error) === null) throw error;
    if (isAbsent(error)) return { kind: "missing" };
    const kind = isForbidden(error) ? "closed" : "out_of_reach";
    return { kind, reason: replyText(error) };
  }
}
