import { OrderedSet } from "../collections/ordered_set.ts";
import type { Clock } from "../ground/clock.ts";
import type { Circuit } from "./circuit.ts";
import type { Lane } from "./lane.ts";
import type { Step } from "./next_step.ts";
import { Pace } from "./pace.ts";

/** An outage is worked off, not poured out; but never slower than it grows, for then it would not end. */
const OUTBOX_PER_SECOND = 10_000;

/**
 * The part of the requests that events of the outbox may take. After an outage every rule may have some
 * there, and all that falls due goes behind them: were it a small part, the outbox would never be empty.
 */
const OUTBOX_SHARE = 0.75;

/** What {@link Turns} depends on. */
export interface TurnsOptions {
  readonly clock: Clock;
  readonly circuit: Circuit;
  /** Requests in flight at the same time. */
  readonly concurrency: number;
  /** Whether a lane has a held event that is worth posting; a lane that has none leaves the turns. */
  readonly isWorthwhile: (lane: Lane) => boolean;
  /** There may be a turn where there was none. */
  readonly changed: () => void;
}

/** Which lane posts next: live events first, then those of the outbox at a bounded rate. */
export class Turns implements Disposable {
  readonly #options: TurnsOptions;
  readonly #pace: Pace;
  readonly #mostHeld: number;
  /** Lanes with something to post, in the order in which they got it: in memory, or handed out by the outbox. */
  readonly #live = new OrderedSet<Lane>();
  readonly #held = new OrderedSet<Lane>();
  #heldInFlight = 0;

  constructor(options: TurnsOptions) {
    this.#options = options;
    this.#pace = new Pace(options.clock, OUTBOX_PER_SECOND, options.changed);
    this.#mostHeld = Math.ceil(options.concurrency * OUTBOX_SHARE);
  }

  /** Gives a lane the turn that its next step asks for; a lane that has it already keeps its place. */
  include(lane: Lane, step: Step): void {
    if (step === "post") this.#live.add(lane);
    else this.#live.delete(lane);
    if (step === "post held" || step === "post held and park") this.#held.add(lane);
    else this.#held.delete(lane);
  }

  /** The lane that is to post now. While the circuit is open, that is a probe. */
  next(): Lane | undefined {
    if (!this.#options.circuit.isClosed) return this.#nextProbe();
    const live = this.#live.first;
    if (live !== undefined || this.#heldInFlight >= this.#mostHeld) return live;
    const held = this.#firstHeld();
    // With the last of what is in the outbox, live ones may get their turn.
    if (held === undefined) return this.#live.first;
    return this.#pace.take() ? held : undefined;
  }

  /** An event of the outbox is in flight; {@link endHeld} follows. */
  beginHeld(): void {
    this.#heldInFlight++;
  }

  endHeld(): void {
    this.#heldInFlight--;
  }

  [Symbol.dispose](): void {
    this.#pace[Symbol.dispose]();
  }

  #nextProbe(): Lane | undefined {
    const { circuit } = this.#options;
    if (!circuit.mayProbe) return undefined;
    const lane = this.#firstHeld() ?? this.#live.first;
    if (lane !== undefined) circuit.probe();
    return lane;
  }

  #firstHeld(): Lane | undefined {
    for (let lane = this.#held.first; lane !== undefined; lane = this.#held.first) {
      if (this.#options.isWorthwhile(lane)) return lane;
    }
    return undefined;
  }
}
