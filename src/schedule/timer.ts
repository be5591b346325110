import type { LocalSchedule } from "./local_time.ts";
import type { Schedule, Traits } from "./schedule.ts";
import type { Zone } from "./zone.ts";

/** What a timer is made of, for those who put it into words. Instants are epoch milliseconds. */
export interface TimerParts {
  /** The rule's `start_at` and `end_at`, `null` for none. */
  readonly startAt: number | null;
  readonly endAt: number | null;
  /** Its schedule without bounds and exceptions, where it goes by the clock on the wall. */
  readonly local: LocalSchedule | null;
  /** Nothing happens before this instant; -Infinity where there is none. */
  readonly firstAt: number;
  /** Whether there are bounds or exceptions. */
  readonly isRestricted: boolean;
}

/** Days of the month that a timer names, and the months in which it does, both in order. */
export interface NamedDates {
  readonly days: readonly number[];
  readonly months: readonly number[];
  /** How its rule would say "the last day of the month". */
  readonly hint: string;
}

/** A rule's schedule with what its events say about it. */
export interface Timer extends Schedule {
  /** The name of its {@link TimerKind}. */
  readonly kind: string;
  readonly traits: Traits;
  readonly parts: TimerParts;
  /** Two timers with the same key have the same occurrences, and make the same events of them. */
  readonly key: string;
  /** What the payload of its events has of its kind alone, beside `type` (contract 4). */
  readonly payload: Readonly<Record<string, unknown>>;
  /** The schedule in words, without bounds and without a full stop. */
  readonly sentence: string;
  /** The zone by whose clocks it is read; `null` for UTC without a choice. */
  readonly zone: Zone | null;
  /** The local time that it names without an offset, as if in UTC, where it fires once. */
  readonly onceAt: number | null;
  /** Whether it fires once, at a moment that was written down. */
  readonly isOnce: boolean;
  /** Whether it runs on each hour, whatever the clocks do. */
  readonly keepsPace: boolean;
  readonly dates: NamedDates | null;
}
