import { ownsRule, type Shard } from "../../src/domain/shard.ts";
import { RuleBook, type RuleBookEvents } from "../../src/sync/rule_book.ts";
import { TimerManager } from "../../src/timers/timer_manager.ts";
import { TimerTable } from "../../src/timers/timer_table.ts";
import { FakeClock } from "./fake_clock.ts";

/** The triggers of the tests' rules. */
export const TRIGGERS: ReadonlySet<string> = new Set(["core.timer", "core.crontimer"]);

/** A rule book and what it stands on. */
export interface OpenBook extends Disposable {
  readonly clock: FakeClock;
  readonly timers: TimerManager;
  readonly book: RuleBook;
  readonly lines: string[];
  readonly fires: string[];
}

/**
 * A rule book on fake time, of all rules unless told otherwise; `lines` tells what it reported, `fires`
 * each rule id and second.
 */
export function openBook(shard: Shard = { index: 1, count: 1 }): OpenBook {
  const clock = new FakeClock();
  const startAt = clock.now();
  const lines: string[] = [];
  const fires: string[] = [];
  const timers = new TimerManager({
    clock,
    table: new TimerTable({ catchUpWindowMs: 3_600_000 }),
    sink: {
      fire: ({ ruleId, scheduledAt }) =>
        void fires.push(`${ruleId} at ${(scheduledAt - startAt) / 1000} s`),
      dropped: () => {},
    },
  });
  timers.start(startAt);
  const on: RuleBookEvents = {
    started: (rule, _timer, _nextAt, isChange) =>
      void lines.push(`${isChange ? "changed" : "started"} ${rule.id}`),
    stopped: (id, _ref, reason) => void lines.push(`stopped ${id}: ${reason}`),
    refused: (rule, problems) => void lines.push(`refused ${rule.id}: ${problems.length}`),
    notAllowed: (rule) => void lines.push(`not allowed ${rule.id}`),
    warned: (rule, warnings) => void lines.push(`warned ${rule.id}: ${warnings.length}`),
    gone: (id) => void lines.push(`gone ${id}`),
  };
  const book = new RuleBook({
    timers,
    triggers: TRIGGERS,
    isOurs: (ruleId) => ownsRule(shard, ruleId),
    isAllowed: (trigger) => trigger !== "core.crontimer",
    clock,
    on,
  });
  return {
    clock,
    timers,
    book,
    lines,
    fires,
    [Symbol.dispose]: () => timers[Symbol.dispose](),
  };
}
