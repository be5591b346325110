import { ownsRule, type Shard } from "../../src/domain/shard.ts";
import type { RuleId } from "../../src/domain/rule.ts";
import type { RuleNews } from "../../src/sync/news.ts";
import { RuleBook } from "../../src/sync/rule_book.ts";
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
  /** Rules with events that wait. */
  readonly busy: Set<RuleId>;
  /** The platform's clock less ours. */
  readonly skew: { ms: number };
  readonly lines: string[];
  readonly fires: string[];
}

/**
 * A rule book on fake time, of all rules unless told otherwise; `lines` tells what it reported, `fires`
 * each rule id and second.
 */
export function openBook(
  shard: Shard = { index: 1, count: 1 },
  lookAgain?: (ref: string) => void,
): OpenBook {
  const clock = new FakeClock();
  const startAt = clock.now();
  const skew = { ms: 0 };
  const busy = new Set<RuleId>();
  const lines: string[] = [];
  const fires: string[] = [];
  const timers = new TimerManager({
    clock,
    table: new TimerTable({ catchUpWindowMs: 3_600_000, watchedSince: -Infinity }),
  });
  timers.start(startAt, {
    mayFire: () => true,
    fire: ({ ruleId, scheduledAt }) =>
      void fires.push(`${ruleId} at ${(scheduledAt - startAt) / 1000} s`),
    dropped: () => {},
  });
  const book = new RuleBook({
    timers,
    triggers: TRIGGERS,
    isOurs: (ruleId) => ownsRule(shard, ruleId),
    allowed: new Set(["core.timer"]),
    clock,
    tell: (news) => lines.push(lineOf(news)),
    lookAgain: lookAgain ?? ((ref) => void lines.push(`look again at ${ref}`)),
    skewMs: () => skew.ms,
    hasEvents: (id) => busy.has(id),
    gone: () => {},
  });
  return {
    clock,
    timers,
    book,
    skew,
    busy,
    lines,
    fires,
    [Symbol.dispose]: () => timers[Symbol.dispose](),
  };
}

function lineOf(news: RuleNews): string {
  switch (news.kind) {
    case "timer_started":
      return `${news.isChange ? "changed" : "started"} ${news.rule.id}`;
    case "timer_stopped":
      return `stopped ${news.ruleId}: ${news.reason}`;
    case "rule_refused":
      return `refused ${news.rule.id}: ${news.problems.length}`;
    case "rule_not_allowed":
      return `not allowed ${news.rule.id}`;
    case "rule_warned":
      return `warned ${news.rule.id}: ${news.warnings.length}`;
    case "rule_gone":
      return `gone ${news.ruleId}`;
    default:
      return news satisfies never;
  }
}
