import { replyCode, replyText } from "./fault.ts";
import { onChannel } from "./session.ts";
import type { Channel, Connection } from "./channel.ts";

const NOT_FOUND = 404;

/** What a look at something in the broker found; `closed`: it is not for this user to look at. */
export type Look<T> =
  | { readonly kind: "found"; readonly value: T }
  | { readonly kind: "missing" }
  | { readonly kind: "closed"; readonly reason: string };

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
    const code = replyCode(error);
    if (code === null) throw error;
    return code === NOT_FOUND ? { kind: "missing" } : { kind: "closed", reason: replyText(error) };
  }
}
