import type { Draft } from "../draft.ts";
import { type Grid, nextOnGrid } from "../grid.ts";
import type { LocalSchedule } from "../local_time.ts";
import type { Traits } from "../schedule.ts";
import { Scheduled } from "../scheduled.ts";
import type { Timer, TimerParts } from "../timer.ts";
import { UsualTimer } from "../usual_timer.ts";
import { intervalSentence } from "./words.ts";

const UNBOUND: TimerParts = {
  startAt: null,
  endAt: null,
  local: null,
  firstAt: -Infinity,
  isRestricted: false,
};

/**
 * An interval without bounds that follows elapsed time, as most do. There can be a million: two numbers and
 * its traits say it all.
 */
export class PlainInterval extends UsualTimer implements Timer {
  readonly anchorAt: number;
  readonly stepMs: number;
  readonly traits: Traits;

  constructor(anchorAt: number, stepMs: number, traits: Traits) {
    super();
    this.anchorAt = anchorAt;
    this.stepMs = stepMs;
    this.traits = traits;
  }

  get kind(): "interval" {
    return "interval";
  }

  get parts(): TimerParts {
    return UNBOUND;
  }

  get payload(): Readonly<Record<string, unknown>> {
    return { interval_seconds: this.stepMs / 1000 };
  }

  get sentence(): string {
    return intervalSentence(this, null);
  }

  get key(): string {
    return `${this.traits.key} ${this.anchorAt} ${this.stepMs}`;
  }

  next(after: number): number | null {
    return nextOnGrid(this.anchorAt, this.stepMs, after);
  }
}

/** Any other interval. */
export class ScheduledInterval extends Scheduled implements Timer {
  readonly #grid: Grid;

  /** Of one by the clock on the wall, the grid counts as if that stood in UTC. */
  constructor(draft: Draft, grid: Grid, local: LocalSchedule | null) {
    super(draft, local ?? grid, local);
    this.#grid = grid;
  }

  get kind(): "interval" {
    return "interval";
  }

  protected override get particulars(): readonly unknown[] {
    return [this.#grid.stepMs, this.#grid.anchorAt];
  }

  get payload(): Readonly<Record<string, unknown>> {
    return { interval_seconds: this.#grid.stepMs / 1000 };
  }

  get sentence(): string {
    return intervalSentence(this.#grid, this.parts.local);
  }
}
