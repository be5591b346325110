import { Buffer } from "node:buffer";
import { type Clock, sleep } from "../ground/clock.ts";
import type { ConfirmChannel, Connection, QueueOptions } from "./channel.ts";

/** A broker that is short of memory or disk confirms nothing. */
const WRITE_TIMEOUT_MS = 3000;
const LOOK_MS = 100;
/** Two where somebody died between writing the new text and taking the old one out. */
const MOST_HELD = 10;

/** How the queue of a register is declared. */
export const REGISTER: QueueOptions = {
  maxLength: 1,
  arguments: {
    // Of two who write into an empty one, the second is refused and has to look again.
    "x-overflow": "reject-publish",
  },
};

/** How a register is changed. */
export interface RegisterChange {
  readonly model: Connection;
  readonly queue: string;
  readonly clock: Clock;
  /** How often it is looked at while it seems empty: another may hold what is in it for a moment. */
  readonly looks: number;
  /** The broker did not confirm the new text in time, and answers nothing more on this connection. */
  silent(): void;
  /** What is to be in it, given what is: usually one text, or none. `null` for no change. */
  decide(texts: readonly string[]): Promise<string | null>;
}

/**
 * Reads and changes the text of a register, a queue of one message. Nobody else can read it meanwhile.
 * Returns `false` where another filled an empty one first. Rejects with the library's error, or with what
 * `decide` rejects with.
 */
export async function changeRegister(change: RegisterChange): Promise<boolean> {
  const { model } = change;
  const channel = await model.createConfirmChannel();
  // The operation rejects as well; without a listener the error would end the connection.
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => {});
  channel.on("error", reject);
  try {
    const held = await take(channel, change);
    const text = await change.decide(held.map(({ content }) => content.toString()));
    if (text === null) return true;
    if (!await Promise.race([put(channel, text, change), failed])) return false;
    for (const message of held) channel.ack(message);
    return true;
  } finally {
    // Gives back what was held and not acknowledged.
    await channel.close().catch(() => {/* closed by the refusal */});
  }
}

async function take(channel: ConfirmChannel, { queue, clock, looks }: RegisterChange) {
  const held = [];
  for (let look = 1;; look++) {
    while (held.length < MOST_HELD) {
      const message = await channel.get(queue);
      if (message === false) break;
      held.push(message);
    }
    if (held.length > 0 || look >= looks) return held;
    await sleep(clock, LOOK_MS);
  }
}

/** Resolves with whether there was room for it. */
async function put(
  channel: ConfirmChannel,
  text: string,
  { queue, clock, silent }: RegisterChange,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  using _deadline = clock.alarm(WRITE_TIMEOUT_MS, silent);
  const options = { persistent: true, contentType: "application/json" };
  channel.sendToQueue(queue, Buffer.from(text), options, (error: unknown) => {
    // The end of the channel comes this way too: who knows of that rejects first.
    queueMicrotask(() => resolve(!error));
  });
  return await promise;
}
