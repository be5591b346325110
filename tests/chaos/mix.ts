import type { RuleDraft } from "../../src/dev/platform/rule_shapes.ts";
import { rfc3339 } from "../../src/ground/instant.ts";
import type { OnMissed } from "../../src/schedule/schedule.ts";
import type { Random } from "./random.ts";

/** What a mix of rules is to be like. Instants are epoch milliseconds. */
export interface MixOptions {
  readonly random: Random;
  readonly now: number;
  /** How long the run will take, about: rules that fire once are spread over it. */
  readonly spanMs: number;
  /** How many intervals there are. */
  readonly intervals: number;
  /** What some rules do with occurrences that were missed; the others leave it open. */
  readonly onMissed: readonly OnMissed[];
}

const HOUR_MS = 3_600_000;
const ONE_SHOTS = 10;
/** One in so many. */
const HAS_JITTER = 5;
const NAMES_ON_MISSED = 4;

/** Rules of every kind that fire every one to three seconds, each at milliseconds of its own. */
export function mixOf(options: MixOptions): readonly RuleDraft[] {
  return [
    ...Array.from({ length: options.intervals }, (_, n) => interval(options, n)),
    ...crons(options),
    ...recurrences(options),
    ...Array.from({ length: ONE_SHOTS }, (_, n) => oneShot(options, n)),
  ];
}

function interval(options: MixOptions, n: number): RuleDraft {
  const { random, onMissed } = options;
  const isOlderForm = random.chance(0.2);
  const seconds = random.between(1, 3);
  return {
    ref: `chaos.interval${n}`,
    trigger_ref: isOlderForm ? "core.timer" : "core.intervaltimer",
    trigger_params: {
      ...isOlderForm
        ? { type: "interval", interval_seconds: seconds }
        : { interval: seconds, unit: "seconds" },
      ...n % HAS_JITTER === 1 ? { jitter_seconds: 1 } : {},
      ...n % NAMES_ON_MISSED === 2 ? { on_missed: random.pick(onMissed) } : {},
    },
    created: past(options),
  };
}

function crons(options: MixOptions): RuleDraft[] {
  return ["* * * * * *", "*/2 * * * * *", "1/3 * * * * *"].map((expression, n) => ({
    ref: `chaos.cron${n}`,
    trigger_ref: "core.crontimer",
    trigger_params: { expression, timezone: n === 0 ? "UTC" : "Europe/Berlin" },
    created: past(options),
  }));
}

function recurrences(options: MixOptions): RuleDraft[] {
  const seconds = Array.from({ length: 20 }, (_, n) => n * 3);
  return [{ freq: "SECONDLY", interval: 2 }, { freq: "MINUTELY", by_second: seconds }]
    .map((rule, n) => ({
      ref: `chaos.recurrence${n}`,
      trigger_ref: "core.rruletimer",
      trigger_params: { dtstart: past(options), ...rule },
      created: past(options),
    }));
}

function oneShot(options: MixOptions, n: number): RuleDraft {
  const { random, now, spanMs } = options;
  return {
    ref: `chaos.once${n}`,
    trigger_ref: "core.datetimetimer",
    trigger_params: { fire_at: rfc3339(now + random.between(0, spanMs)) },
    created: past(options),
  };
}

function past({ random, now }: MixOptions): string {
  return rfc3339(now - random.between(1, HOUR_MS));
}
