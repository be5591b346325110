import type { RuleDraft } from "../platform/rule_shapes.ts";

/** How far ahead the rule lies that fires once. */
const ONCE_AFTER_MS = 3000;

/** A rule to look at, and its schedule in words. */
export interface DemoRule {
  readonly draft: RuleDraft;
  readonly schedule: string;
}

/** Rules of different triggers, which fire within seconds. `now` is in epoch milliseconds. */
export function demoRules(now: number): readonly DemoRule[] {
  const once = new Date(now + ONCE_AFTER_MS).toISOString();
  return [
    {
      draft: {
        ref: "sandbox.every_two_seconds",
        trigger_ref: "core.intervaltimer",
        trigger_params: { unit: "seconds", interval: 2 },
      },
      schedule: "every 2 seconds",
    },
    {
      draft: {
        ref: "sandbox.on_the_fives",
        trigger_ref: "core.crontimer",
        trigger_params: { expression: "*/5 * * * * *", timezone: "UTC" },
      },
      schedule: "*/5 * * * * *",
    },
    {
      draft: {
        ref: "sandbox.just_once",
        trigger_ref: "core.datetimetimer",
        trigger_params: { fire_at: once },
      },
      schedule: `once at ${once}`,
    },
    {
      draft: {
        ref: "sandbox.recurring",
        trigger_ref: "core.rruletimer",
        trigger_params: {
          dtstart: new Date(now).toISOString(),
          freq: "MINUTELY",
          by_second: [0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56],
        },
      },
      schedule: "FREQ=MINUTELY;BYSECOND=0,4,8,...",
    },
    {
      draft: {
        ref: "sandbox.older_form",
        trigger_ref: "core.timer",
        trigger_params: { type: "interval", interval: 3, unit: "seconds" },
      },
      schedule: "every 3 seconds",
    },
  ];
}
