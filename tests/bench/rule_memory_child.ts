// deno-lint-ignore-file no-console -- its parent reads what this prints
/** `rule_memory_child.ts interval|cron <rules> <expressions>`: starts rules and prints what they take. */
import { systemClock } from "../../src/clock.ts";
import type { TriggerParams } from "../../src/rule.ts";
import { RuleBook } from "../../src/sync/rule_book.ts";
import { TimerManager } from "../../src/timers/timer_manager.ts";
import { TimerTable } from "../../src/timers/timer_table.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { ruleOf } from "../support/rules.ts";
import type { Held } from "./rule_memory.ts";

const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"];

const [kind, rules = "", expressions = ""] = Deno.args;
const paramsOf = kind === "cron" ? cronParams : intervalParams;

function intervalParams(index: number): TriggerParams {
  return { type: "interval", interval: 3600 + index % Number(expressions), unit: "seconds" };
}

function cronParams(index: number): TriggerParams {
  const n = index % Number(expressions);
  const expression = `${n % 60} ${Math.floor(n / 60)} * * 1-5`;
  return { type: "cron", expression, timezone: ZONES[n % ZONES.length] };
}

function collectGarbage(): void {
  const collect: unknown = Reflect.get(globalThis, "gc");
  if (typeof collect !== "function") throw new Error("Run this with --v8-flags=--expose-gc");
  collect();
}

function start(): { book: RuleBook; ms: number } {
  const silence = () => {};
  const clock = new FakeClock();
  const timers = new TimerManager({
    clock,
    table: new TimerTable({ catchUpWindowMs: 3_600_000 }),
    sink: { fire: silence, dropped: silence },
  });
  const book = new RuleBook({
    timers,
    triggers: new Set(["core.timer"]),
    isOurs: () => true,
    isAllowed: () => true,
    clock,
    on: {
      ...{ started: silence, stopped: silence, refused: silence },
      ...{ notAllowed: silence, warned: silence, gone: silence },
    },
  });
  const began = systemClock.monotonic();
  for (let index = 0; index < Number(rules); index++) {
    book.apply(ruleOf(index + 1, { params: paramsOf(index) }));
  }
  const ms = systemClock.monotonic() - began;
  if (timers.size !== Number(rules)) throw new Error(`Only ${timers.size} rules started`);
  return { book, ms };
}

const { book, ms } = start();
collectGarbage();
const held: Held = { rss_mb: Deno.memoryUsage().rss / 1e6, start_ms: ms };
console.log(JSON.stringify(held));
// Held till here, so that it was in memory when that was looked at.
if (book.size === 0) throw new Error("No rules");
