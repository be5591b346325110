import { assert, assertEquals } from "@std/assert";
import type { RuleId } from "../../src/domain/rule.ts";
import { Confirmations } from "../../src/sync/confirmations.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { ruleId } from "../support/rules.ts";

/** Rules that fire at each multiple of a period in milliseconds, in front of an API that takes a while. */
function setUp(periods: Readonly<Record<number, number>>, answerMs = 5) {
  const clock = new FakeClock();
  const startAt = clock.now();
  const ids = Object.keys(periods).map((id) => ruleId(Number(id)));
  const nextOf = (id: RuleId) => {
    const periodMs = periods[id] ?? Infinity;
    return startAt + (Math.floor((clock.now() - startAt) / periodMs) + 1) * periodMs;
  };
  const readAt = new Map<RuleId, number>();
  const reads: string[] = [];
  const state = { down: false, worthASnapshot: 16, snapshotMs: 0 };
  const answer = (apply: () => void) =>
    new Promise<void>((resolve, reject) => {
      const isDown = state.down;
      clock.alarm(answerMs, () => {
        if (isDown) return reject(new Error("The API is down"));
        apply();
        resolve();
      });
    });
  const note = (what: string) => reads.push(`${what} at ${clock.now() - startAt}`);
  const confirmations = new Confirmations({
    clock,
    timers: {
      get nextAt() {
        return Math.min(...ids.map(nextOf));
      },
      dueUpTo: (at, limit) => ids.filter((id) => nextOf(id) <= at).slice(0, limit),
    },
    rules: {
      refOf: (id) => `rule${id}`,
      readAtOf: (id) => readAt.get(id) ?? -Infinity,
    },
    reader: {
      read: (ref) => {
        note(ref);
        const beganAt = clock.monotonic();
        return answer(() => readAt.set(ruleId(Number(ref.slice(4))), beganAt));
      },
      requestSnapshot: () => {
        note("all");
        const beganAt = clock.monotonic();
        return answer(() => ids.forEach((id) => readAt.set(id, beganAt)));
      },
      get snapshotMs() {
        return state.snapshotMs;
      },
      get worthASnapshot() {
        return state.worthASnapshot;
      },
    },
  });
  return { clock, reads, state, confirmations };
}

async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5) await clock.advance(5);
}

Deno.test("A rule is read again shortly before each fire, and once", async () => {
  const { clock, reads, confirmations } = setUp({ 1: 10_000 });
  using _stop = confirmations.start();
  await pass(clock, 25_000);
  assertEquals(reads, ["rule1 at 9960", "rule1 at 19958.75"]);
});

Deno.test("A rule that fires more often relies on what was just read", async () => {
  const { clock, reads, confirmations } = setUp({ 1: 500 });
  using _stop = confirmations.start();
  await pass(clock, 10_000);
  assert(reads.length <= 4, `${reads}`);
});

Deno.test("Many rules that are due at once are read by pages, early enough to be done", async () => {
  const periods = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [n + 1, 60_000]));
  const { clock, reads, state, confirmations } = setUp(periods, 400);
  state.snapshotMs = 400;
  using _stop = confirmations.start();
  await pass(clock, 60_000);
  assertEquals(reads, ["all at 59560"]);
});

Deno.test("Snapshots take a tenth of the time at most, and single reads are 200 a second", async () => {
  const periods = Object.fromEntries(
    Array.from({ length: 4000 }, (_, n) => [n + 1, 10_000 + (n % 500) * 20]),
  );
  const { clock, reads, confirmations } = setUp(periods, 200);
  using _stop = confirmations.start();
  await pass(clock, 30_000);
  const all = reads.filter((it) => it.startsWith("all"));
  assert(all.length <= 15, `${all}`);
  assert(reads.length - all.length <= 30 * 200, `${reads.length}`);
});

Deno.test("While the API does not answer nothing is read but once in 5 s", async () => {
  const { clock, reads, state, confirmations } = setUp({ 1: 1000 }, 50);
  state.down = true;
  using _stop = confirmations.start();
  await pass(clock, 20_000);
  assertEquals(reads.length, 4);
});

Deno.test("Nothing is read after the end", async () => {
  const { clock, reads, confirmations } = setUp({ 1: 1000 });
  confirmations.start()[Symbol.dispose]();
  await pass(clock, 5000);
  assertEquals([reads, clock.pending], [[], 0]);
});
