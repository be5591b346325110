/** `scheduling_child.ts interval|mixed|naive <rules> <fires>`: how long so many fires take. */
import * as z from "zod";
import { systemClock } from "../../src/ground/clock.ts";
import { tell } from "./child_result.ts";
import { FastClock } from "./fast_clock.ts";
import { mixedParams } from "./mixes.ts";
import { applyRules, openRules } from "./rules_in_memory.ts";

const HOUR_MS = 3_600_000;
/** Fires at one wake-up, about: as many as fall due while a busy process does something else. */
const AT_ONCE = 500;
const Count = z.coerce.number().int().positive();

const [kind = "", rules = "", fires = ""] = Deno.args;
const [ruleCount, fireCount] = [Count.parse(rules), Count.parse(fires)];
const warmUp = Math.min(ruleCount, fireCount / 4);
const done = Promise.withResolvers<number>();
let fired = 0;
let warmAt = 0;

function fire(): void {
  fired++;
  if (fired === warmUp) warmAt = systemClock.monotonic();
  if (fired === warmUp + fireCount) done.resolve(systemClock.monotonic() - warmAt);
}

if (kind === "naive") runJobs();
else if (kind === "interval") runRules(1000, () => ({ type: "interval", interval: 1 }));
else runRules(HOUR_MS, (index, now) => mixedParams(index, now));
tell({ us: await done.promise * 1000 / fireCount });

/** The rules were made at any time within an interval, so that as a whole they fire evenly. */
function runRules(intervalMs: number, paramsOf: typeof mixedParams): void {
  const now = Math.floor(systemClock.now() / HOUR_MS) * HOUR_MS;
  const clock = new FastClock(now, intervalMs * AT_ONCE / ruleCount);
  const parts = openRules(clock, { fire, dropped: () => {} });
  const createdAtOf = (index: number) => now - HOUR_MS + index * 7919 % intervalMs;
  applyRules(parts, ruleCount, (index) => paramsOf(index, now), createdAtOf);
  parts.start(now);
}

/** A setTimeout a rule, each set anew when it fires. */
function runJobs(): void {
  for (let index = 0; index < ruleCount; index++) {
    const again = () => {
      fire();
      if (fired < warmUp + fireCount) setTimeout(again, 1);
    };
    setTimeout(again, 1);
  }
}
