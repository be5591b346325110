/** `loading_child.ts usual|nasty <rules>`: takes a snapshot of so many rules while others fire. */
import fc from "fast-check";
import type { Rule, TriggerParams } from "../../src/domain/rule.ts";
import { sleep, systemClock } from "../../src/ground/clock.ts";
import { takeSnapshot } from "../../src/sync/snapshot.ts";
import type { RulePage, RuleSource } from "../../src/sync/rule_source.ts";
import { nastyRules } from "../schedule/nasty_arbitrary.ts";
import { ruleOf } from "../support/rules.ts";
import { tell } from "./child_result.ts";
import { mixedParams } from "./mixes.ts";
import { quantile } from "./report.ts";
import { openRules } from "./rules_in_memory.ts";
import { StallMeter } from "./stall_meter.ts";

const BESIDE = 1000;
const PAGE = 100;
const SEED = 1801;
const clock = systemClock;
const [mix = "", count = ""] = Deno.args;
const startAt = clock.now();
const nasty = mix === "nasty" ? fc.sample(nastyRules, { seed: SEED, numRuns: Number(count) }) : [];
const lateMs: number[] = [];
const rules = openRules(clock, {
  fire({ ruleId, dueAt, firedAt }) {
    if (ruleId <= BESIDE) lateMs.push(firedAt - dueAt);
  },
  dropped: () => {},
});
for (let id = 1; id <= BESIDE; id++) {
  const params = { type: "interval", interval: 1 };
  rules.book.apply(rule(id, params, startAt - id));
}
rules.start(startAt);
await sleep(clock, 1000);
using stalls = new StallMeter();
const began = clock.monotonic();
await takeSnapshot({
  source: source(),
  book: rules.book,
  triggers: ["core.timer"],
  clock,
  recheck: () => Promise.resolve(),
  tell: () => {},
  signal: new AbortController().signal,
});
const ms = clock.monotonic() - began;
const p99 = quantile(Float64Array.from(lateMs), 0.99);
tell({ ms, stallMs: stalls.worstMs, p99 });

function rule(id: number, params: TriggerParams, createdAt: number): Rule {
  return ruleOf(id, { params, createdAt, version: createdAt * 1000 });
}

function paramsOf(index: number): TriggerParams {
  return nasty[index] ?? mixedParams(index, startAt);
}

/** Pages as an API gives them: each after a turn of the event loop. */
function source(): RuleSource {
  return {
    async *rulePages(_, begin): AsyncGenerator<RulePage> {
      for (let at = 0; at < Number(count); at += PAGE) {
        const readAt = begin();
        await sleep(clock, 0);
        const made = Array.from(
          { length: Math.min(PAGE, Number(count) - at) },
          (_, n) => rule(BESIDE + at + n + 1, paramsOf(at + n), startAt),
        );
        yield { rules: made, unreadable: [], totalItems: Number(count), oddity: null, readAt };
      }
    },
    rule: () => Promise.resolve(null),
  };
}
