import { type Clock, sleep } from "../ground/clock.ts";
import { Publisher } from "./publisher.ts";
import type { BrokerLink } from "./session.ts";
import type { SessionContext } from "./supervisor.ts";
import { changeRegister } from "./register.ts";

/** Between two looks. */
const LOOK_MS = 1000;
/** Somebody who was reading has put back what he held by then. */
const SETTLE_MS = 500;
/** Another one may be looking at the same time. */
const LOOKS = 3;

/** What is watched. */
export interface RegisterWatch {
  readonly context: SessionContext<BrokerLink>;
  readonly queue: string;
  readonly clock: Clock;
  /** What it has to hold. */
  readonly text: () => string;
  /** It held nothing, and was filled again. */
  readonly lost: () => void;
}

/**
 * Watches a register for as long as the connection lasts, by publishing its text again and again: one that
 * holds a text refuses another. To declare or read the queue would be no proof: a policy that deletes unused
 * queues spares it for that, and deletes it once nobody looks. A queue that is gone ends the connection.
 */
export async function watchRegister(watch: RegisterWatch): Promise<void> {
  const { context, queue, clock, text, lost } = watch;
  const publisher = await Publisher.open(context, clock, () => {});
  for (;;) {
    await sleep(clock, LOOK_MS, context.signal);
    const isTaken = await publisher.publish(queue, text(), { contentType: "application/json" })
      .then(() => true, () => false);
    context.signal.throwIfAborted();
    if (isTaken && await isAlone(watch)) lost();
  }
}

/** Whether nothing else was there; what is there twice is made one again. */
async function isAlone({ context, queue, clock, text }: RegisterWatch): Promise<boolean> {
  await sleep(clock, SETTLE_MS, context.signal);
  let count = 0;
  await changeRegister({
    model: context.link.model,
    queue,
    clock,
    looks: LOOKS,
    silent: () => {/* tried again at the next look */},
    decide: (texts) => {
      count = texts.length;
      return Promise.resolve(count > 1 ? text() : null);
    },
  });
  return count <= 1;
}
