import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Arrival,
  type Disturbance,
  type Evidence,
  nameOf,
  type Occurrence,
} from "./evidence.ts";
import { FAULT_NAMES, type Faults, judge } from "./verdict.ts";

const START = Date.UTC(2026, 0, 1);
const RULES = 3;
const SECONDS = 40;

function occurrence(ruleId: number, second: number, parts: Partial<Occurrence> = {}): Occurrence {
  const scheduledAt = START + second * 1000;
  return { ruleId, scheduledAt, dueAt: scheduledAt, mustCome: true, mayBeStoodFor: true, ...parts };
}

function arrival(of: Occurrence, parts: Partial<Arrival> = {}): Arrival {
  const { ruleId, scheduledAt, dueAt } = of;
  const firedAt = parts.firedAt ?? dueAt;
  const receivedAt = firedAt + 5;
  const occurrenceId = nameOf(of);
  return { ruleId, scheduledAt, firedAt, receivedAt, occurrenceId, missedCount: 0, ...parts };
}

/** Three rules that fire each second, and everything came. */
function perfect(): { occurrences: Occurrence[]; arrivals: Arrival[] } {
  const occurrences = Array.from(
    { length: SECONDS },
    (_, second) => Array.from({ length: RULES }, (_, n) => occurrence(n + 1, second + 1)),
  ).flat();
  return { occurrences, arrivals: occurrences.map((it) => arrival(it)) };
}

/** What is wrong, without what is not. */
function faultsOf(evidence: Partial<Evidence>): Partial<Faults> {
  const { faults } = judge({
    occurrences: [],
    arrivals: [],
    disturbances: [],
    hasOwnClock: false,
    ...evidence,
  });
  const found = FAULT_NAMES.filter((name) => faults[name].length > 0);
  return Object.fromEntries(found.map((name) => [name, faults[name]]));
}

const anyIndex = fc.nat({ max: RULES * SECONDS - 1 });

/** The occurrence and the arrival at an index of a perfect run. */
function at(run: ReturnType<typeof perfect>, index: number): [Occurrence, Arrival] {
  const [of, its] = [run.occurrences[index], run.arrivals[index]];
  if (of === undefined || its === undefined) throw new RangeError(`There is no ${index}`);
  return [of, its];
}

function crashAt(at: number): Disturbance {
  return { kind: "crash", since: 0, at };
}

Deno.test("judge() finds nothing wrong where everything came once and in time", () => {
  const run = perfect();
  const verdict = judge({ ...run, disturbances: [], hasOwnClock: false });
  const { faults, ...rest } = verdict;
  assertEquals(rest, { expected: 120, stored: 120, stoodFor: 0, repeated: 0, maxLateMs: 5 });
  assertEquals(FAULT_NAMES.flatMap((name) => faults[name]), []);
});

Deno.test("judge() finds each event that did not come", () => {
  fc.assert(fc.property(fc.uniqueArray(anyIndex, { minLength: 1 }), (missing) => {
    const run = perfect();
    const arrivals = run.arrivals.filter((_, index) => !missing.includes(index));
    const lost = missing.toSorted((a, b) => a - b).map((index) => nameOf(at(run, index)[0]));
    assertEquals(faultsOf({ ...run, arrivals }), { lost });
  }));
});

Deno.test("judge() misses nothing that did not have to come", () => {
  fc.assert(fc.property(anyIndex, (index) => {
    const run = perfect();
    const occurrences = run.occurrences.with(index, { ...at(run, index)[0], mustCome: false });
    assertEquals(faultsOf({ ...run, occurrences }), {});
    assertEquals(faultsOf({ occurrences, arrivals: run.arrivals.toSpliced(index, 1) }), {});
  }));
});

Deno.test("judge() finds each event that came again, unless something explains it", () => {
  fc.assert(fc.property(anyIndex, fc.integer({ min: 1, max: 20_000 }), (index, laterMs) => {
    const run = perfect();
    const [of, its] = at(run, index);
    const again = { ...its, receivedAt: its.receivedAt + laterMs };
    const arrivals = [...run.arrivals, again];
    const name = nameOf(of);
    const explain = (it: Disturbance) => faultsOf({ ...run, arrivals, disturbances: [it] });
    assertEquals(faultsOf({ ...run, arrivals }), { unexplained: [name] });
    // Between the two, or while they were on their way.
    assertEquals(explain(crashAt(its.receivedAt + laterMs)), {});
    assertEquals(explain(crashAt(its.receivedAt - 2000)), {});
    // Too early, too late, and long after the first was recorded.
    assertEquals(explain(crashAt(its.receivedAt - 2001)), { unexplained: [name] });
    assertEquals(explain(crashAt(again.receivedAt + 1)), { unexplained: [name] });
    const recorded = { kind: "crash", since: its.receivedAt + 1, at: again.receivedAt } as const;
    assertEquals(explain(recorded), { unexplained: [name] });
    const lost = (from: number, until: number) => ({ kind: "answers lost", from, until } as const);
    assertEquals(explain(lost(its.receivedAt + 500, Infinity)), {});
    assertEquals(explain(lost(0, its.receivedAt - 500)), {});
    assertEquals(explain(lost(its.receivedAt + 501, Infinity)), { unexplained: [name] });
    assertEquals(explain(lost(0, its.receivedAt - 501)), { unexplained: [name] });
  }));
});

Deno.test("judge() takes an event from before a crash that was in the outbox to be explained by it", () => {
  const run = perfect();
  const [of, its] = at(run, 0);
  const crash = { kind: "crash", since: its.firedAt, at: its.firedAt } as const;
  // The one that was made anew comes first, long after the crash.
  const anew = { ...its, firedAt: its.firedAt + 9000, receivedAt: its.receivedAt + 9000 };
  const parked = { ...its, receivedAt: its.receivedAt + 9001 };
  const explain = (arrivals: Arrival[], it: Disturbance) =>
    faultsOf({ ...run, arrivals, disturbances: [it] }).unexplained;
  assertEquals(explain([anew, parked], crash), undefined);
  assertEquals(explain([anew, anew], crash), [nameOf(of)]);
  assertEquals(explain([anew, parked], { ...crash, at: crash.at - 1 }), [nameOf(of)]);
  assertEquals(explain([anew, parked], { ...crash, since: crash.since + 1 }), [nameOf(of)]);
});

Deno.test("judge() counts what came again, explained or not", () => {
  const run = perfect();
  const arrivals = [...run.arrivals, ...run.arrivals.slice(0, 7)];
  assertEquals(judge({ ...run, arrivals, disturbances: [], hasOwnClock: false }).repeated, 7);
});

Deno.test("judge() finds an event that came again under another occurrence_id", () => {
  const run = perfect();
  const [of, its] = at(run, 7);
  const again = { ...its, occurrenceId: "rule_2@other" };
  const disturbances = [crashAt(its.receivedAt)];
  const arrivals = [...run.arrivals, again];
  assertEquals(faultsOf({ ...run, arrivals, disturbances }), { differing: [nameOf(of)] });
});

Deno.test("judge() finds two occurrences under one occurrence_id", () => {
  const run = perfect();
  const [of, its] = at(run, 7);
  const arrivals = run.arrivals.with(7, { ...its, occurrenceId: at(run, 4)[1].occurrenceId });
  assertEquals(faultsOf({ ...run, arrivals }), { differing: [nameOf(of)] });
});

Deno.test("judge() finds what was fired or stored before it was due, jitter included", () => {
  fc.assert(fc.property(anyIndex, fc.integer({ min: 0, max: 999 }), (index, jitterMs) => {
    const run = perfect();
    const [of] = at(run, index);
    const late = { ...of, dueAt: of.dueAt + jitterMs };
    const occurrences = run.occurrences.with(index, late);
    const found = (parts: Partial<Arrival>) =>
      faultsOf({ occurrences, arrivals: run.arrivals.with(index, arrival(late, parts)) });
    const early = [nameOf(of)];
    assertEquals(found({ receivedAt: late.dueAt }), {});
    assertEquals(found({ firedAt: late.dueAt - 1, receivedAt: late.dueAt }), { early });
    assertEquals(found({ receivedAt: late.dueAt - 1 }), { early });
  }));
});

Deno.test("judge() takes no notice of the platform's clock where the sensor has its own", () => {
  const [of] = at(perfect(), 0);
  const evidence = { occurrences: [of], disturbances: [], hasOwnClock: true };
  const verdict = judge({ ...evidence, arrivals: [arrival(of, { receivedAt: 0 })] });
  assertEquals([verdict.faults.early, verdict.maxLateMs], [[], null]);
  const early = judge({ ...evidence, arrivals: [arrival(of, { firedAt: of.dueAt - 1 })] });
  assertEquals(early.faults.early, [nameOf(of)]);
});

Deno.test("judge() finds what no schedule names", () => {
  const run = perfect();
  const [of] = at(run, 0);
  const stranger = { ...of, scheduledAt: of.scheduledAt + 1 };
  const arrivals = [...run.arrivals.slice(0, 1), arrival(stranger), ...run.arrivals.slice(1)];
  assertEquals(faultsOf({ ...run, arrivals }), { stray: [nameOf(stranger)] });
});

Deno.test("judge() finds what came first after a later one of the same rule", () => {
  fc.assert(fc.property(fc.nat({ max: RULES * (SECONDS - 1) - 1 }), (index) => {
    const run = perfect();
    const [of, its] = at(run, index);
    const arrivals = run.arrivals.toSpliced(index, 1).toSpliced(index + RULES, 0, its);
    assertEquals(faultsOf({ ...run, arrivals }), { disordered: [nameOf(of)] });
  }));
});

Deno.test("judge() takes what comes again out of turn for a repetition alone", () => {
  const run = perfect();
  const arrivals = [...run.arrivals, ...run.arrivals.slice(0, 3)];
  const disturbances = [crashAt(START)];
  assertEquals(faultsOf({ ...run, arrivals, disturbances }), {});
});

Deno.test("judge() tells how late the latest was that had to come", () => {
  const run = perfect();
  const [of] = at(run, 5);
  const arrivals = run.arrivals.with(5, arrival(of, { receivedAt: of.dueAt + 1234 }));
  assertEquals(judge({ ...run, arrivals, disturbances: [], hasOwnClock: false }).maxLateMs, 1234);
});
