import { assertEquals } from "@std/assert";
import { Circuit } from "../../src/delivery/circuit.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** A circuit with pauses of 1 s, 2 s, ...; `lines` is what it told. */
function setUp() {
  const clock = new FakeClock();
  const lines: string[] = [];
  const circuit = new Circuit({
    clock,
    backoff: (failures) => failures * 1000,
    on: {
      opened: (reason, pauseMs) => void lines.push(`opened: ${reason}, ${pauseMs}`),
      closed: (downMs) => void lines.push(`closed after ${downMs}`),
      probeDue: () => void lines.push("probe due"),
    },
  });
  return { clock, circuit, lines };
}

Deno.test("Circuit is closed at first, and stays so while things get through", () => {
  const { clock, circuit, lines } = setUp();
  circuit.succeed();
  circuit.succeed();
  assertEquals([circuit.isClosed, circuit.mayProbe, circuit.successes], [true, false, 2]);
  assertEquals([lines, clock.pending], [[], 0]);
});

Deno.test("Circuit opens on a failure and lets a probe through after a pause", async () => {
  const { clock, circuit, lines } = setUp();
  circuit.fail("503", null);
  assertEquals([circuit.isClosed, circuit.mayProbe], [false, false]);
  await clock.advance(999);
  assertEquals(circuit.mayProbe, false);
  await clock.advance(1);
  assertEquals([circuit.mayProbe, lines], [true, ["opened: 503, 1000", "probe due"]]);
});

Deno.test("Circuit lets one probe through at a time", async () => {
  const { clock, circuit, lines } = setUp();
  circuit.fail("503", null);
  await clock.advance(1000);
  circuit.probe();
  await clock.advance(60_000);
  assertEquals([circuit.isClosed, circuit.mayProbe], [false, false]);
  assertEquals(lines, ["opened: 503, 1000", "probe due"]);
});

Deno.test("Circuit waits longer after each probe that failed, and tells its opening once", async () => {
  const { clock, circuit, lines } = setUp();
  circuit.fail("503", null);
  for (const pauseMs of [1000, 2000, 3000]) {
    await clock.advance(pauseMs - 1);
    assertEquals(circuit.mayProbe, false);
    await clock.advance(1);
    assertEquals(circuit.mayProbe, true);
    circuit.probe();
    circuit.fail("503", null);
  }
  assertEquals(lines, ["opened: 503, 1000", "probe due", "probe due", "probe due"]);
});

Deno.test("Circuit counts a failure while it is open for nothing", async () => {
  const { clock, circuit, lines } = setUp();
  circuit.fail("503", null);
  circuit.fail("504", 30_000);
  await clock.advance(1000);
  circuit.fail("504", 30_000);
  assertEquals([circuit.mayProbe, lines], [true, ["opened: 503, 1000", "probe due"]]);
});

Deno.test("Circuit waits for as long as the server asks, but not for more than 5 min", async () => {
  for (
    const [askedMs, pauseMs] of [[500, 1000], [90_000, 90_000], [86_400_000, 300_000]] as const
  ) {
    const { clock, circuit } = setUp();
    circuit.fail("503", askedMs);
    await clock.advance(pauseMs - 1);
    assertEquals(circuit.mayProbe, false);
    await clock.advance(1);
    assertEquals(circuit.mayProbe, true);
  }
});

Deno.test("Circuit closes when a probe succeeds, and begins with short pauses the next time", async () => {
  const { clock, circuit, lines } = setUp();
  circuit.fail("503", null);
  await clock.advance(1000);
  circuit.probe();
  circuit.fail("503", null);
  await clock.advance(2000);
  circuit.probe();
  await clock.advance(7);
  circuit.succeed();
  assertEquals([circuit.isClosed, clock.pending], [true, 0]);
  circuit.fail("504", null);
  assertEquals(lines.slice(-2), ["closed after 3007", "opened: 504, 1000"]);
});

Deno.test("Circuit closes in the midst of a pause when something sent before gets through", async () => {
  const { clock, circuit, lines } = setUp();
  circuit.fail("503", null);
  await clock.advance(400);
  circuit.succeed();
  await clock.advance(10_000);
  assertEquals(lines, ["opened: 503, 1000", "closed after 400"]);
});

Deno.test("Circuit has no alarm set after its end", () => {
  const { clock, circuit } = setUp();
  circuit[Symbol.dispose]();
  circuit.fail("503", null);
  circuit[Symbol.dispose]();
  assertEquals(clock.pending, 0);
});
