import { type FieldTable, type FieldValue, isTable, Timestamp } from "./field_table.ts";
import type { Message } from "./message.ts";

/** Why a message left a queue otherwise than by being taken. */
export type DeathReason = "rejected" | "expired" | "maxlen";

/** A message that left a queue otherwise than by being taken. */
export interface Death {
  readonly message: Message;
  readonly queue: string;
  readonly reason: DeathReason;
}

/**
 * The message as it goes to the dead letter exchange: its history is added to its headers, newest first
 * and counted by queue and reason, and its own expiration is taken away, as RabbitMQ does. `now` is in
 * epoch milliseconds.
 */
export function deadLetter(
  { message, queue, reason }: Death,
  exchange: string,
  routingKey: string | null,
  now: number,
): Message {
  const { headers, expiration } = message.properties;
  const earlier = deaths(headers);
  const isSame = (death: FieldTable) => death["queue"] === queue && death["reason"] === reason;
  const before = earlier.find(isSame);
  const death: FieldTable = before === undefined
    ? {
      count: 1,
      reason,
      queue,
      time: new Timestamp(BigInt(Math.trunc(now / 1000))),
      exchange: message.exchange,
      "routing-keys": [message.routingKey],
      ...(expiration === undefined ? {} : { "original-expiration": expiration }),
    }
    : { ...before, count: increment(before["count"]) };
  const first = {
    "x-first-death-exchange": message.exchange,
    "x-first-death-queue": queue,
    "x-first-death-reason": reason,
  };
  return {
    exchange,
    routingKey: routingKey ?? message.routingKey,
    properties: {
      ...message.properties,
      expiration: undefined,
      headers: {
        ...(earlier.length === 0 ? first : {}),
        ...headers,
        "x-death": [death, ...earlier.filter((death) => !isSame(death))],
      },
    },
    body: message.body,
  };
}

/**
 * Whether a dead letter would come round to a queue without any client having had a hand in it, as it
 * then would for ever.
 */
export function isEndless(letter: Message, queue: string): boolean {
  const history = deaths(letter.properties.headers);
  const last = history.findIndex((death) => death["queue"] === queue);
  return last !== -1 &&
    history.slice(0, last + 1).every((death) => death["reason"] !== "rejected");
}

function deaths(headers: FieldTable | undefined): FieldTable[] {
  const list = headers?.["x-death"];
  return Array.isArray(list) ? list.filter(isTable) : [];
}

function increment(count: FieldValue | undefined): number {
  return typeof count === "number" ? count + 1 : 1;
}
