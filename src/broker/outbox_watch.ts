import { type Clock, sleep } from "../ground/clock.ts";
import type { QueueState } from "./channel.ts";
import type { OutboxFeed } from "./outbox_feed.ts";
import type { OutboxTally } from "./outbox_tally.ts";

/** Between two looks. */
const LOOK_MS = 1000;

/** What is watched. */
export interface OutboxWatch {
  readonly clock: Clock;
  /** Ends it. */
  readonly signal: AbortSignal;
  readonly tally: OutboxTally;
  /** Asks the broker. */
  readonly look: () => Promise<QueueState>;
  /** What hands its events out now, if anything does. */
  readonly feed: () => Promise<OutboxFeed> | null;
  readonly lost: (count: number) => void;
}

/** Finds that events are gone which nobody took out: a policy of the broker's does that, or an operator. */
export async function watchOutbox(watch: OutboxWatch): Promise<void> {
  const { clock, signal, tally, look, lost } = watch;
  for (;;) {
    await sleep(clock, LOOK_MS, signal);
    if (tally.isEmpty) continue;
    const { moment } = tally;
    const feed = await watch.feed();
    const { messageCount, consumerCount } = await look();
    // Others hold some of it: a rival, or this process on a connection that RabbitMQ has yet to give up.
    if (consumerCount !== (feed === null ? 0 : 1)) continue;
    const count = tally.look({ waiting: messageCount, held: feed?.held ?? 0 }, moment);
    if (count > 0) lost(count);
  }
}
