import { type Clock, systemClock } from "../../src/ground/clock.ts";
import type { TriggerParams } from "../../src/domain/rule.ts";
import type { Tell } from "../../src/ground/tell.ts";
import type { RuleNews } from "../../src/sync/news.ts";
import { RuleBook } from "../../src/sync/rule_book.ts";
import { TimerManager } from "../../src/timers/timer_manager.ts";
import { type DueSink, TimerTable } from "../../src/timers/timer_table.ts";
import { ruleOf } from "../support/rules.ts";

const CATCH_UP_WINDOW_MS = 3_600_000;
const silence = () => {};
/** Timers, and the book through which rules get there. */
export interface Rules {
  readonly timers: TimerManager;
  readonly book: RuleBook;
  /** Fires what falls due after `since`. */
  start(since: number): void;
}

/** Timers without anything around them, but for what takes their fires. */
export function openRules(
  clock: Clock,
  sink: DueSink = { fire: silence, dropped: silence },
  tell: Tell<RuleNews> = silence,
): Rules {
  const table = new TimerTable({ catchUpWindowMs: CATCH_UP_WINDOW_MS, watchedSince: -Infinity });
  const timers = new TimerManager({ clock, table });
  const triggers = new Set(["core.timer"]);
  const book = new RuleBook({
    timers,
    triggers,
    isOurs: () => true,
    allowed: null,
    clock,
    tell,
    lookAgain: silence,
    skewMs: () => 0,
    hasEvents: () => false,
    gone: silence,
  });
  return {
    timers,
    book,
    start: (since) => void timers.start(since, { ...sink, mayFire: () => true }),
  };
}

/** Timers that fire nothing, with a book that tells what it does. */
export function openBook(clock: Clock, tell: Tell<RuleNews>): Rules {
  return openRules(clock, undefined, tell);
}

/** Applies as many rules and returns the milliseconds it took. Throws unless each has its timer. */
export function applyRules(
  { timers, book }: Rules,
  count: number,
  paramsOf: (index: number) => TriggerParams,
  createdAtOf: (index: number) => number,
): number {
  const before = timers.size;
  const began = systemClock.monotonic();
  for (let index = 0; index < count; index++) {
    const createdAt = createdAtOf(index);
    const version = createdAt * 1000;
    book.apply(ruleOf(before + index + 1, { params: paramsOf(index), createdAt, version }));
  }
  const ms = systemClock.monotonic() - began;
  if (timers.size !== before + count) throw new Error(`Only ${timers.size} rules have a timer`);
  return ms;
}
