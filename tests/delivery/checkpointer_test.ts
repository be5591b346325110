import { assertEquals } from "@std/assert";
import type { Checkpoint } from "../../src/domain/checkpoint.ts";
import { Checkpointer } from "../../src/delivery/checkpointer.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";

function setUp() {
  const clock = new FakeClock();
  const startAt = clock.now();
  const written: Checkpoint[] = [];
  const verified: number[] = [];
  const failures: unknown[] = [];
  const state = {
    isUp: true,
    heldBackMs: 0,
    stuckAt: Infinity,
    hold: null as PromiseWithResolvers<void> | null,
  };
  const checkpointer = new Checkpointer({
    clock,
    store: {
      get isUp() {
        return state.isUp;
      },
      async write(checkpoint) {
        if (state.hold !== null) await state.hold.promise;
        written.push(checkpoint);
      },
      verify: () => Promise.resolve(void verified.push(clock.now() - startAt)),
    },
    watermark: () => Math.min(clock.now() - state.heldBackMs, state.stuckAt),
    tell: (news) => news.kind === "checkpoint_unwritten" && failures.push(news.error),
  });
  return {
    clock,
    state,
    checkpointer,
    failures,
    verified,
    /** Milliseconds since the start, as written. */
    ats: () => written.map(({ at }) => at - startAt),
  };
}

Deno.test("Checkpointer writes nothing before it is started", async () => {
  const { clock, checkpointer, ats } = setUp();
  checkpointer.touch();
  await clock.advance(60_000);
  await checkpointer.finish(100);
  assertEquals([ats(), clock.pending], [[], 0]);
});

Deno.test("Checkpointer writes at its pace while things change, and now and then while not", async () => {
  const { clock, checkpointer, verified, ats } = setUp();
  checkpointer.start();
  for (let n = 0; n < 40; n++) {
    checkpointer.touch();
    await clock.advance(10);
  }
  await clock.advance(4900);
  assertEquals(ats(), [150, 300, 450]);
  await clock.advance(6000);
  assertEquals(ats(), [150, 300, 450, 5600, 10_750]);
  // Each before it is written over.
  assertEquals(verified, [5450, 10_600]);
});

Deno.test("Checkpointer writes now and then although nothing changed: what is stored may be gone", async () => {
  const { clock, state, checkpointer, ats } = setUp();
  state.stuckAt = clock.now();
  checkpointer.start();
  for (let n = 0; n < 110; n++) {
    checkpointer.touch();
    await clock.advance(100);
  }
  assertEquals(ats(), [0, 0, 0]);
});

Deno.test("Checkpointer writes one at a time, and again where something changed meanwhile", async () => {
  const { clock, state, checkpointer, ats } = setUp();
  checkpointer.start();
  state.hold = Promise.withResolvers();
  await clock.advance(150);
  checkpointer.touch();
  await clock.advance(5000);
  assertEquals(ats(), []);
  state.hold.resolve();
  state.hold = null;
  await clock.advance(150);
  assertEquals(ats(), [150, 5300]);
});

Deno.test("Checkpointer keeps to what is delivered", async () => {
  const { clock, state, checkpointer, ats } = setUp();
  checkpointer.start();
  state.heldBackMs = 120;
  await clock.advance(150);
  await checkpointer.finish(100);
  assertEquals(ats(), [30]);
});

Deno.test("Checkpointer waits for a store that is down, and survives one that fails", async () => {
  const { clock, state, checkpointer, failures, ats } = setUp();
  state.isUp = false;
  checkpointer.start();
  await clock.advance(150);
  state.isUp = true;
  state.hold = Promise.withResolvers();
  checkpointer.touch();
  await clock.advance(150);
  state.hold.reject(new Error("gone"));
  state.hold = null;
  await settle();
  checkpointer.touch();
  await clock.advance(150);
  assertEquals([ats(), failures.length], [[450], 1]);
});

Deno.test("Checkpointer writes the last one after the one under way, and gives up in time", async () => {
  const { clock, state, checkpointer, ats } = setUp();
  checkpointer.start();
  const hold = Promise.withResolvers<void>();
  state.hold = hold;
  await clock.advance(150);
  state.hold = null;
  const finished = checkpointer.finish(1000);
  await clock.advance(500);
  hold.resolve();
  await finished;
  assertEquals(ats(), [150, 650]);

  const other = setUp();
  other.checkpointer.start();
  other.state.hold = Promise.withResolvers();
  const given = other.checkpointer.finish(300);
  await other.clock.advance(300);
  await given;
  assertEquals([other.ats(), other.clock.pending], [[], 0]);
});

Deno.test("Checkpointer takes back one that is beyond what falls due, before that is handed out", async () => {
  const { clock, state, checkpointer, ats } = setUp();
  const startAt = clock.now();
  checkpointer.start();
  await clock.advance(150);
  assertEquals([checkpointer.allows(startAt + 151), checkpointer.allows(startAt + 150)], [
    true,
    false,
  ]);
  await settle();
  state.heldBackMs = 100;
  state.hold = Promise.withResolvers();
  assertEquals(checkpointer.allows(startAt + 51), false);
  await settle();
  assertEquals(checkpointer.allows(startAt + 51), false);
  state.hold.resolve();
  await settle();
  assertEquals([checkpointer.allows(startAt + 51), ats()], [true, [150, 50]]);
});

Deno.test("Checkpointer holds nothing up that it cannot take back", async () => {
  const { clock, state, checkpointer } = setUp();
  const startAt = clock.now();
  checkpointer.start();
  await clock.advance(150);
  state.heldBackMs = 100;
  state.hold = Promise.withResolvers();
  checkpointer.allows(startAt + 51);
  await clock.advance(500);
  assertEquals(checkpointer.allows(startAt + 51), true);
  state.hold.reject(new Error("nack"));
  await settle();
  assertEquals(checkpointer.allows(startAt + 51), true);
  state.isUp = false;
  assertEquals(checkpointer.allows(startAt + 51), true);
});
