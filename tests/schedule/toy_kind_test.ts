import { assertEquals } from "@std/assert";
import * as z from "zod";
import { eventOf } from "../../src/delivery/fire_event.ts";
import { preview } from "../../src/preview/preview.ts";
import { previewText } from "../../src/preview/text.ts";
import { cronKind } from "../../src/schedule/cron/kind.ts";
import { dateTimeKind } from "../../src/schedule/date_time/kind.ts";
import { describe } from "../../src/schedule/describe.ts";
import type { Draft } from "../../src/schedule/draft.ts";
import { intervalKind } from "../../src/schedule/interval/kind.ts";
import { KINDS, TIMER_TRIGGERS, TimerKinds } from "../../src/schedule/kinds.ts";
import { wholeNumber } from "../../src/schedule/params.ts";
import { rruleKind } from "../../src/schedule/rrule/kind.ts";
import { Scheduled } from "../../src/schedule/scheduled.ts";
import type { Timer } from "../../src/schedule/timer.ts";
import type { TimerKind } from "../../src/schedule/timer_kind.ts";
import { Census } from "../../src/sync/census.ts";
import type { Fire } from "../../src/timers/fire.ts";
import { TimerTable } from "../../src/timers/timer_table.ts";
import { ruleId, START } from "../support/rules.ts";

// A kind of timer as somebody would add one: all that it takes is in this block.

const DoublingParams = z.object({ first_ms: wholeNumber(1) });

/** Falls due `first` after an anchor, and then each time after twice as long. */
class Doubling extends Scheduled implements Timer {
  readonly #firstMs: number;

  constructor(draft: Draft, firstMs: number) {
    const { anchorAt } = draft;
    const next = (after: number) => {
      let at = anchorAt + firstMs;
      while (at <= after) at = anchorAt + (at - anchorAt) * 2;
      return at;
    };
    super(draft, { next }, null);
    this.#firstMs = firstMs;
  }

  get kind(): string {
    return "doubling";
  }

  get payload(): Readonly<Record<string, unknown>> {
    return { first_ms: this.#firstMs };
  }

  get sentence(): string {
    return `After ${this.#firstMs} ms, then after twice as long each time`;
  }

  protected override get particulars(): readonly unknown[] {
    return [this.#firstMs];
  }
}

const doublingKind: TimerKind = {
  name: "doubling",
  trigger: { ref: "core.doublingtimer", type: "twice" },
  telltales: ["first_ms"],
  outranks: [],
  compile(draft) {
    const params = draft.read(DoublingParams);
    return params && new Doubling(draft, params.first_ms);
  },
};

const kinds = new TimerKinds([doublingKind]);

function doubling(triggerRef: string, firstMs: number): Timer {
  const compiled = kinds.compile(triggerRef, { first_ms: firstMs }, START);
  if (!compiled.ok) throw new Error(compiled.problems.join("; "));
  return compiled.timer;
}

Deno.test("A kind is known by its trigger, by its name and by its members", () => {
  assertEquals(kinds.names, ["doubling"]);
  assertEquals([...kinds.triggers], ["core.timer", "core.doublingtimer"]);
  assertEquals(kinds.kindOf("core.doublingtimer", {}), "doubling");
  assertEquals(kinds.kindOf("core.timer", { type: "doubling" }), "doubling");
  assertEquals(kinds.kindOf("core.timer", { first_ms: 5 }), "doubling");
  assertEquals(kinds.kindOf("core.timer", { interval: 5 }), null);
});

Deno.test("A kind stands beside the others and takes nothing from them", () => {
  const all = new TimerKinds([intervalKind, cronKind, dateTimeKind, rruleKind, doublingKind]);
  assertEquals(all.names, [...KINDS, "doubling"]);
  assertEquals([...all.triggers], [...TIMER_TRIGGERS, "core.doublingtimer"]);
  assertEquals(all.kindOf("core.timer", { first_ms: 5 }), "doubling");
  assertEquals(all.kindOf("core.timer", { interval: 5 }), "interval");
  assertEquals(all.kindOf("core.timer", { freq: "DAILY", interval: 5 }), "rrule");
  assertEquals(all.kindOf("core.timer", { first_ms: 5, interval: 5 }), null);
  assertEquals(all.compile("core.timer", { type: "tripling" }, START), {
    ok: false,
    problems: [
      'type: "tripling" is not allowed, expected ' +
      '"interval", "cron", "date_time", "rrule" or "doubling"',
    ],
  });
});

Deno.test("A kind's parameters are refused by its own schema, with the member and what is allowed", () => {
  assertEquals(kinds.compile("core.timer", { type: "doubling", first_ms: 0 }, START), {
    ok: false,
    problems: ["first_ms: 0 is not allowed, expected a whole number of at least 1"],
  });
});

Deno.test("A timer of a kind tells its schedule in words, and by its key what it is", () => {
  const timer = doubling("core.timer", 1000);
  assertEquals(describe(timer), "After 1000 ms, then after twice as long each time");
  assertEquals(timer.key === doubling("core.timer", 1000).key, true);
  assertEquals(timer.key === doubling("core.timer", 2000).key, false);
  assertEquals(timer.key === doubling("core.doublingtimer", 1000).key, false);
});

Deno.test("A rule of a kind is previewed, with its words, its times and what it has too much", () => {
  const params = { type: "doubling", first_ms: 1000, last_ms: 9000 };
  const compiled = kinds.compile("core.timer", params, START);
  const found = preview(compiled, { after: START, count: 3, ruleId: null });
  if (!found.ok) throw new Error(found.problems.join("; "));
  assertEquals(found.occurrences.map((at) => at - START), [1000, 2000, 4000]);
  assertEquals(found.warnings, ['Ignored unknown members ["last_ms"]']);
  const [words, , head] = previewText(found, { zone: null, now: START, count: 3 }).split("\n");
  assertEquals(words, "After 1000 ms, then after twice as long each time");
  assertEquals(head?.trim(), "UTC");
});

Deno.test("A timer of a kind fires, makes events and is counted", () => {
  const table = new TimerTable({ catchUpWindowMs: 3_600_000, watchedSince: -Infinity });
  const census = new Census();
  const fires: Fire[] = [];
  const timer = doubling("core.doublingtimer", 1000);
  Array.from(table.startFrom(START));
  table.set({ ruleId: ruleId(7), ruleRef: "test.toy", timer }, START);
  census.started(timer.kind, undefined);
  const sink = { fire: (fire: Fire) => void fires.push(fire), dropped: () => {} };
  table.takeDue(START + 4500, 10, sink);
  assertEquals(fires.map(({ scheduledAt }) => scheduledAt - START), [1000, 2000, 4000]);
  assertEquals(census.timers["doubling"], 1);
  const [first] = fires;
  if (first === undefined) throw new Error("Nothing fired");
  const { trigger_ref, payload } = JSON.parse(eventOf(first, "core.timer_sensor").body);
  assertEquals([trigger_ref, payload.type, payload.first_ms], [
    "core.doublingtimer",
    "twice",
    1000,
  ]);
});
