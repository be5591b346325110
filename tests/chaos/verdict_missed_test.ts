import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Arrival, type Evidence, nameOf, type Occurrence } from "./evidence.ts";
import { judge, type Verdict } from "./verdict.ts";

const START = Date.UTC(2026, 0, 1);
const COUNT = 60;

/** A rule that fires each second. */
const OCCURRENCES: readonly Occurrence[] = Array.from({ length: COUNT }, (_, second) => {
  const scheduledAt = START + second * 1000;
  return { ruleId: 1, scheduledAt, dueAt: scheduledAt, mustCome: true, mayBeStoodFor: true };
});

function of(second: number): Occurrence {
  const found = OCCURRENCES[second];
  if (found === undefined) throw new RangeError(`Nothing at ${second}`);
  return found;
}

/** The event of a second, fired some seconds after it. */
function arrival(second: number, afterSeconds = 0, missedCount = 0): Arrival {
  const { ruleId, scheduledAt } = of(second);
  const firedAt = scheduledAt + afterSeconds * 1000;
  const occurrenceId = nameOf({ ruleId, scheduledAt });
  return { ruleId, scheduledAt, firedAt, receivedAt: firedAt + 5, occurrenceId, missedCount };
}

function arrivals(from: number, until: number, afterSeconds = 0): Arrival[] {
  return Array.from({ length: until - from }, (_, n) => arrival(from + n, afterSeconds));
}

function judged(evidence: Partial<Evidence> & Pick<Evidence, "arrivals">): Verdict {
  return judge({ occurrences: OCCURRENCES, disturbances: [], hasOwnClock: false, ...evidence });
}

const names = (from: number, until: number) => OCCURRENCES.slice(from, until).map(nameOf);

// Nobody was there from second 10 on; at second 40 and a half 30 to 59 are still on time.
const BEFORE = arrivals(0, 10);
const ON_TIME = arrivals(31, COUNT, 9);
const NEWEST = arrival(30, 10.5, 20);

Deno.test("judge() misses nothing that a later event stands for", () => {
  const { faults, stoodFor } = judged({ arrivals: [...BEFORE, NEWEST, ...ON_TIME] });
  assertEquals([faults.lost, faults.overcounted, stoodFor], [[], [], 20]);
});

Deno.test("judge() misses the oldest where an event stands for too few", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 19 }), (missedCount) => {
    const events = [...BEFORE, { ...NEWEST, missedCount }, ...ON_TIME];
    const { faults, stoodFor } = judged({ arrivals: events });
    assertEquals([faults.lost, stoodFor], [names(10, 30 - missedCount), missedCount]);
  }));
});

Deno.test("judge() finds an event that stands for those that came themselves", () => {
  const { faults } = judged({ arrivals: [...BEFORE, { ...NEWEST, missedCount: 21 }, ...ON_TIME] });
  assertEquals(faults.overcounted, [nameOf(of(30))]);
});

Deno.test("judge() finds an event that stands for more than there were", () => {
  const { faults } = judged({ arrivals: [arrival(20, 30, 21), ...arrivals(21, COUNT)] });
  assertEquals(faults.overcounted, [nameOf(of(20))]);
});

Deno.test("judge() lets no event stand for one that was on time", () => {
  // At second 40 the one of second 30 is late by ten seconds, which is on time.
  const events = [...arrivals(0, 30), arrival(31, 9, 1), ...arrivals(32, COUNT, 9)];
  const { faults } = judged({ arrivals: events });
  assertEquals([faults.lost, faults.overcounted], [[nameOf(of(30))], [nameOf(of(31))]]);
});

Deno.test("judge() lets no event stand for one whose rule wants them all", () => {
  const occurrences = OCCURRENCES.map((it) => ({ ...it, mayBeStoodFor: false }));
  const { faults } = judged({ occurrences, arrivals: [...BEFORE, NEWEST, ...ON_TIME] });
  assertEquals([faults.lost, faults.overcounted], [names(10, 30), [nameOf(of(30))]]);
});

Deno.test("judge() lets two events stand for the same ones only after a crash", () => {
  const again = arrival(33, 10.5, 23);
  const events = [...BEFORE, NEWEST, again, ...arrivals(34, COUNT, 9)];
  const unexplained = judged({ arrivals: events });
  assertEquals(unexplained.faults.overcounted, [nameOf(of(33))]);
  const at = NEWEST.receivedAt + 100;
  const disturbances = [{ kind: "crash", since: at - 5000, at } as const];
  const { faults, stoodFor } = judged({ arrivals: events, disturbances });
  assertEquals([faults.lost, faults.overcounted], [[], []]);
  // The 31st came itself before that.
  assertEquals(stoodFor, 22);
});

Deno.test("judge() lets an event stand for one that a crash had left in the outbox", () => {
  // The 11th was fired in time, and came out of the outbox just before the one that counts it as missed.
  const left = { ...arrival(10), receivedAt: NEWEST.firedAt };
  const events = [...BEFORE, left, NEWEST, ...ON_TIME];
  assertEquals(judged({ arrivals: events }).faults.overcounted, [nameOf(of(30))]);
  const crash = { kind: "crash", since: left.firedAt, at: left.firedAt + 100 } as const;
  assertEquals(judged({ arrivals: events, disturbances: [crash] }).faults.overcounted, []);
  const later = { ...crash, since: left.firedAt + 1 };
  assertEquals(judged({ arrivals: events, disturbances: [later] }).faults.overcounted, [
    nameOf(of(30)),
  ]);
});
