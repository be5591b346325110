import { assertEquals } from "@std/assert";
import { type Due, judge, type Verdict } from "../../src/timers/misfire.ts";

const now = 1_000_000_000;
const HOUR_MS = 3_600_000;

const cases: readonly (readonly [string, Partial<Due>, Verdict])[] = [
  ["on its instant", { scheduledAt: now }, "fire"],
  ["10 s late", { scheduledAt: now - 10_000, onMissed: "skip" }, "fire"],
  ["10.001 s late, skip", { scheduledAt: now - 10_001, onMissed: "skip" }, "drop"],
  ["late, the last one, latest", { scheduledAt: now - 60_000, nextAt: null }, "fire"],
  ["late, the next one on time, latest", { scheduledAt: now - 60_000, nextAt: now - 9000 }, "fire"],
  [
    "late, the next one late as well, latest",
    { scheduledAt: now - 60_000, nextAt: now - 10_001 },
    "coalesce",
  ],
  ["late, all", { scheduledAt: now - 60_000, onMissed: "all", nextAt: now - 50_000 }, "fire"],
  ["late, all, the 100th", { scheduledAt: now - 60_000, onMissed: "all", caughtUp: 99 }, "fire"],
  ["late, all, the 101st", { scheduledAt: now - 60_000, onMissed: "all", caughtUp: 100 }, "drop"],
  ["as old as the window", { scheduledAt: now - HOUR_MS }, "fire"],
  ["older than the window", { scheduledAt: now - HOUR_MS - 1 }, "drop"],
  ["older than the window, all", { scheduledAt: now - HOUR_MS - 1, onMissed: "all" }, "drop"],
];

for (const [name, due, verdict] of cases) {
  Deno.test(`An occurrence ${name}: ${verdict}`, () => {
    const defaults: Due = {
      scheduledAt: now,
      nextAt: null,
      now,
      onMissed: "latest",
      catchUpWindowMs: HOUR_MS,
      caughtUp: 0,
    };
    assertEquals(judge({ ...defaults, ...due }), verdict);
  });
}
