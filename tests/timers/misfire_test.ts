import { assertEquals } from "@std/assert";
import { type Due, judge, type MisfireAction } from "../../src/timers/misfire.ts";

const now = 1_000_000_000;
const HOUR_MS = 3_600_000;

const cases: readonly (readonly [string, Partial<Due>, MisfireAction])[] = [
  ["on its instant", { dueAt: now }, "fire"],
  ["10 s late", { dueAt: now - 10_000, onMissed: "skip" }, "fire"],
  ["10.001 s late, skip", { dueAt: now - 10_001, onMissed: "skip" }, "drop"],
  ["late, the last one, latest", { dueAt: now - 60_000, nextAt: null }, "fire"],
  ["late, the next one on time, latest", { dueAt: now - 60_000, nextAt: now - 9000 }, "fire"],
  [
    "late, the next one late as well, latest",
    { dueAt: now - 60_000, nextAt: now - 10_001 },
    "coalesce",
  ],
  ["late, all", { dueAt: now - 60_000, onMissed: "all", nextAt: now - 50_000 }, "fire"],
  ["late, all, crowded out", { dueAt: now - 60_000, onMissed: "all", isCrowdedOut: true }, "drop"],
  ["as old as the window", { dueAt: now - HOUR_MS }, "fire"],
  ["older than the window", { dueAt: now - HOUR_MS - 1 }, "drop"],
  ["older than the window, all", { dueAt: now - HOUR_MS - 1, onMissed: "all" }, "drop"],
];

for (const [name, due, verdict] of cases) {
  Deno.test(`An occurrence ${name}: ${verdict}`, () => {
    const defaults: Due = {
      dueAt: now,
      nextAt: null,
      now,
      onMissed: "latest",
      catchUpWindowMs: HOUR_MS,
      isCrowdedOut: false,
    };
    assertEquals(judge({ ...defaults, ...due }), verdict);
  });
}
