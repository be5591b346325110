/** `capacity_child.ts mixed|interval|cron|naive <rules>`: holds rules in memory, or a job for each. */
import { Cron } from "croner";
import * as z from "zod";
import { systemClock } from "../../src/ground/clock.ts";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { settledRssMb, tell } from "./child_result.ts";
import { cronParams, intervalParams, mixedParams } from "./mixes.ts";
import { applyRules, openRules } from "./rules_in_memory.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const [kind = "", rules = ""] = Deno.args;
const count = z.coerce.number().int().positive().parse(rules);
const now = systemClock.now();
const emptyMb = settledRssMb();
const began = systemClock.monotonic();

const held = kind === "naive" ? holdJobs() : holdRules();
const ms = systemClock.monotonic() - began;
const rssMb = settledRssMb();
if (held.size !== count) throw new Error(`${held.size} timers instead of ${count}`);
tell({ empty_mb: emptyMb, rss_mb: rssMb, ms });

function holdRules(): { readonly size: number } {
  const parts = openRules(systemClock);
  parts.start(now);
  // Made at any time: rules that were all made at once would share more than those that people make.
  applyRules(parts, count, paramsOf, (index) => now - HOUR_MS + index * 7919 % HOUR_MS);
  return parts.timers;
}

function paramsOf(index: number): TriggerParams {
  if (kind === "interval") return intervalParams(index);
  return kind === "cron" ? cronParams(index) : mixedParams(index, now);
}

/** What comes to mind first: croner for cron and recurrence, setTimeout for all else. */
function holdJobs(): { readonly size: number } {
  const jobs = new Map<number, unknown>();
  let fired = 0;
  for (let index = 0; index < count; index++) {
    jobs.set(index, jobOf(mixedParams(index, now), () => void (fired += index)));
  }
  return jobs;
}

function jobOf({ type, expression, timezone }: TriggerParams, fire: () => void): unknown {
  if (type === "cron") return new Cron(String(expression), { timezone: String(timezone) }, fire);
  return setTimeout(fire, DAY_MS);
}
