import { detach } from "../ground/detach.ts";
import type { Store } from "../broker/store.ts";
import type { Config } from "../config/schema.ts";
import { Checkpointer } from "../delivery/checkpointer.ts";
import { Delivery } from "../delivery/delivery.ts";
import type { CheckpointNews, DeliveryNews } from "../delivery/news.ts";
import type { DeliveryPorts } from "../delivery/ports.ts";
import type { Checkpoint } from "../domain/checkpoint.ts";
import type { OutboundEvent, PostResult } from "../domain/event.ts";
import type { Outbox } from "../domain/outbox.ts";
import type { RuleId } from "../domain/rule.ts";
import type { Tenure } from "../domain/tenure.ts";
import { aborted, unlessAborted } from "../ground/abort.ts";
import { fullJitter } from "../ground/backoff.ts";
import type { Chance } from "../ground/chance.ts";
import type { Clock } from "../ground/clock.ts";
import { retryUntil } from "../ground/retry.ts";
import type { Tell } from "../ground/tell.ts";
import type { Fire } from "../timers/fire.ts";
import type { TimerNews } from "../timers/news.ts";
import { resumeFrom } from "../timers/resume.ts";
import type { FirePort, TimerManager } from "../timers/timer_manager.ts";

/** Between the attempts to post an event. */
const POST_BACKOFF_MS = [200, 2000] as const;
/** Between the probes of an API that is down. */
const PROBE_BACKOFF_MS = [500, 5000] as const;
/** Between attempts to read the checkpoint. */
const CHECKPOINT_BACKOFF_MS = [250, 2000] as const;
/** Of the time to end, what is undelivered gets this much to reach the outbox; then comes the checkpoint. */
const PARK_MS = 500;
const CHECKPOINT_MS = 300;
const NOT_HELD = {
  kind: "retry",
  reason: "this instance is not sure to hold the lease",
  retryAfterMs: null,
} as const satisfies PostResult;

/** What a reign is over. */
export interface Realm {
  readonly config: Config;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly store: Store;
  readonly timers: TimerManager;
  readonly post: (event: OutboundEvent, signal: AbortSignal) => Promise<PostResult>;
  readonly isKnown: (ruleId: RuleId) => boolean;
  readonly tell: Tell<TimerNews | DeliveryNews | CheckpointNews>;
  readonly ports: Omit<DeliveryPorts, "settled">;
  /** Makes the event of an occurrence that fell due. */
  readonly eventOf: (fire: Fire) => OutboundEvent;
  /** Shows what is to be delivered, until the result is disposed of. */
  readonly show: (delivery: Delivery) => Disposable;
}

/** What bounds a reign. */
export interface ReignOptions {
  /** Resolves with the first snapshot of the rules. */
  readonly rulesKnown: Promise<void>;
  /** Aborted when the sensor is to end in order. */
  readonly ending: AbortSignal;
  /** Called once everything fires and is delivered. */
  readonly underWay: () => void;
}

/**
 * Fires from where whoever fired before left off, for as long as the tenure lasts; or until `ending` is
 * aborted: then it delivers what it can, puts the rest into the outbox and leaves a checkpoint. The outbox
 * hands out nothing before `rulesKnown` resolves. Returns how many events are neither delivered nor kept.
 */
export async function reign(
  realm: Realm,
  tenure: Tenure,
  { rulesKnown, ending, underWay }: ReignOptions,
): Promise<number> {
  const { clock, config, store, timers, tell } = realm;
  const over = AbortSignal.any([tenure.over, ending]);
  // Whatever falls due from now on is this instance's to fire, however long the checkpoint takes.
  const now = clock.now();
  const checkpoint = await readCheckpoint(realm, over);
  const parked = await countParked(realm, over);
  if (over.aborted) return 0;
  const resumption = resumeFrom(checkpoint, now);
  tell({ kind: "timers_resumed", resumption, windowMs: config.catchUpWindowMs });
  using scope = new DisposableStack();
  // Last of all: another instance goes on with what is given back.
  scope.defer(() => tenure.over.aborted && store.outbox.giveBack());
  const delivery: Delivery = scope.adopt(
    deliveryOf(realm, tenure, () => checkpointer.touch()),
    (it) => it.abandon(),
  );
  const checkpointer = scope.use(checkpointerOf(realm, tenure, delivery));
  scope.use(realm.show(delivery));
  scope.use(store.outbox.serve(delivery.outbox));
  if (parked !== null) delivery.outbox.up(parked);
  scope.use(timers.start(resumption.since, firePort(realm, tenure, delivery, checkpointer)));
  // Whoever began to read the rules is told of a failure.
  await unlessAborted(rulesKnown, over).catch(() => aborted(over));
  if (!over.aborted) {
    store.outbox.handOut();
    checkpointer.start();
    underWay();
    await aborted(over);
  }
  if (tenure.over.aborted) return 0;
  timers.pause();
  // Not waited for: a broker that hangs does not answer.
  detach(store.outbox.holdBack());
  await delivery.drain(Math.max(config.shutdownTimeoutMs - PARK_MS, 0), PARK_MS);
  await checkpointer.finish(CHECKPOINT_MS);
  return delivery.waiting;
}

function deliveryOf(
  { config, clock, chance, store, ...realm }: Realm,
  tenure: Tenure,
  settled: () => void,
): Delivery {
  return new Delivery({
    post: (event, signal) => tenure.isHeld ? realm.post(event, signal) : Promise.resolve(NOT_HELD),
    outbox: guarded(store.outbox, tenure),
    clock,
    concurrency: config.maxConcurrency,
    backoff: fullJitter(...POST_BACKOFF_MS, chance),
    probeBackoff: fullJitter(...PROBE_BACKOFF_MS, chance),
    outboxMaxAgeMs: config.outboxMaxAgeMs,
    isKnown: realm.isKnown,
    tell: realm.tell,
    ports: { ...realm.ports, settled },
  });
}

function checkpointerOf(
  { clock, store: { checkpoint }, timers, tell }: Realm,
  tenure: Tenure,
  delivery: Delivery,
): Checkpointer {
  return new Checkpointer({
    store: {
      get isUp() {
        return checkpoint.isUp && tenure.isHeld;
      },
      write: (it) => checkpoint.write(it),
      verify: () => checkpoint.verify(),
    },
    clock,
    watermark: () => Math.min(timers.handedOutTo, delivery.earliestDueAt - 1),
    tell,
  });
}

function firePort(
  { tell, eventOf }: Realm,
  tenure: Tenure,
  delivery: Delivery,
  checkpointer: Checkpointer,
): FirePort {
  return {
    mayFire: (dueAt) => tenure.isHeld && checkpointer.allows(dueAt),
    fire(fire: Fire) {
      const event = eventOf(fire);
      tell({ kind: "timer_fired", fire, event });
      delivery.submit(event);
    },
    dropped: (entry, dropped) => tell({ kind: "occurrences_missed", entry, dropped }),
  };
}

/** `null` where there is none, or where the reign is over before it could be read. */
async function readCheckpoint(
  { store, clock, chance, tell }: Realm,
  over: AbortSignal,
): Promise<Checkpoint | null> {
  try {
    return await retryUntil(() => store.checkpoint.read(), {
      clock,
      backoff: fullJitter(...CHECKPOINT_BACKOFF_MS, chance),
      deadlineAt: Infinity,
      signal: over,
      failed: (error) => tell({ kind: "checkpoint_unread", error }),
    });
  } catch (error) {
    if (over.aborted) return null;
    throw error;
  }
}

/** `null` where the outbox is not up: it counts what it has when it is. */
async function countParked(
  { store: { outbox } }: Realm,
  over: AbortSignal,
): Promise<number | null> {
  if (!outbox.isUp) return null;
  try {
    await outbox.untilLeft(over);
    return await outbox.count();
  } catch {
    return null;
  }
}

/** Nothing is put into the outbox on a guess: another instance may have taken over what is in it. */
function guarded(outbox: Outbox, tenure: Tenure): Outbox {
  const ifHeld = async (put: () => Promise<void>): Promise<void> => {
    if (!tenure.isHeld) throw new Error(NOT_HELD.reason);
    await put();
  };
  return {
    get isUp() {
      return outbox.isUp;
    },
    put: (event) => ifHeld(() => outbox.put(event)),
    bury: (event, reason) => ifHeld(() => outbox.bury(event, reason)),
  };
}
