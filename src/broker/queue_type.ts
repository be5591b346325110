import type { QueueOptions } from "./channel.ts";
import { replyCode, replyText } from "./fault.ts";

const ARGUMENT = "x-queue-type";
const CLASSIC = "classic";
const PRECONDITION_FAILED = 406;
const OTHER_TYPE = new RegExp(
  `inequivalent arg '${ARGUMENT}'.* current is (?:the value )?'(\\w+)'`,
);

/**
 * The same queue as a classic one, whatever type the virtual host gives to those that do not say: of other
 * types there can be two exclusive consumers, and RabbitMQ 4 drops what they have handed out 20 times.
 */
export function classic(options: QueueOptions): QueueOptions {
  return { ...options, arguments: { ...options.arguments, [ARGUMENT]: CLASSIC } };
}

/** The other type of a queue, where that is why it cannot be declared; `null` for any other reason. */
export function otherTypeIn(error: unknown): string | null {
  if (replyCode(error) !== PRECONDITION_FAILED) return null;
  return OTHER_TYPE.exec(replyText(error))?.[1] ?? null;
}

/** What an operator should know of a queue of another type, which is used all the same. */
export function otherTypeText(queue: string, type: string): string {
  return `Using queue '${queue}' as found, a ${type} queue instead of a ${CLASSIC} one: RabbitMQ 4 drops ` +
    "what it has handed out 20 times, while the API is down for instance. Stop the sensor once the " +
    "queue is empty, delete the queue and start again: it is made anew";
}

/** Why an instance must not compete for a lease whose queue is of another type, and what to do about it. */
export function otherLeaseText(queue: string, type: string): string {
  return `Cannot compete for the lease: queue '${queue}' is a ${type} queue instead of a ${CLASSIC} one, ` +
    "of which several instances would be the one consumer. Stop all instances, delete the queue and " +
    "start them again: it is made anew";
}
