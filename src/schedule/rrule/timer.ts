import { sorted } from "../../collections/number_lists.ts";
import type { Draft } from "../draft.ts";
import type { Schedule } from "../schedule.ts";
import { Scheduled } from "../scheduled.ts";
import type { NamedDates, Timer, TimerParts } from "../timer.ts";
import { type Zone, zoneOf } from "../zone.ts";
import { filledRuleOf } from "./defaults.ts";
import type { RulePlan } from "./plan.ts";
import type { RecurrenceRule, RuleDates } from "./rule.ts";
import { rruleSentence } from "./words.ts";

const EVERY_MONTH = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/** A recurrence rule's timer. */
export class ScheduledRRule extends Scheduled implements Timer {
  readonly #rule: RecurrenceRule;
  readonly #dates: RuleDates;
  readonly #firstAt: number;

  constructor(draft: Draft, schedule: Schedule, plan: RulePlan, dates: RuleDates) {
    super(draft, schedule, plan.local);
    this.#rule = plan.rule;
    this.#dates = dates;
    this.#firstAt = Math.min(plan.firstAt, dates.rDates[0] ?? Infinity);
  }

  override get parts(): TimerParts {
    const { firstAt, ...parts } = super.parts;
    return { ...parts, firstAt: Math.max(firstAt, this.#firstAt), isRestricted: true };
  }

  get kind(): "rrule" {
    return "rrule";
  }

  protected override get particulars(): readonly unknown[] {
    return [this.#rule, this.#dates.exDates, this.#dates.rDates];
  }

  get payload(): Readonly<Record<string, unknown>> {
    return {};
  }

  get sentence(): string {
    return rruleSentence(this.#rule, this.#dates);
  }

  override get zone(): Zone | null {
    return zoneOf(this.#rule.timezone);
  }

  override get dates(): NamedDates | null {
    const { byMonthDay, byMonth } = filledRuleOf(this.#rule).filled;
    return {
      days: sorted(byMonthDay),
      months: byMonth.length > 0 ? byMonth : EVERY_MONTH,
      hint: "the last day of any month is -1 as day of the month",
    };
  }
}
