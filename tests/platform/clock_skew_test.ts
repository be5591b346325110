import { assertEquals } from "@std/assert";
import { ApiClient } from "../../src/platform/api_client.ts";
import { ClockSkew } from "../../src/platform/clock_skew.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { BEARER, NEVER, text } from "./fake_api.ts";

const HOUR = 3_600_000;

/** An answer that came `tookMs` after its request, at a moment that the API calls `date`. */
function measured(skew: ClockSkew, clock: FakeClock, date: number, tookMs = 0, headers = {}): void {
  const sentAt = clock.monotonic();
  clock.stall(tookMs);
  skew.measure(new Headers({ date: new Date(date).toUTCString(), ...headers }), sentAt);
}

function setUp() {
  const clock = new FakeClock();
  return { clock, skew: new ClockSkew(clock) };
}

Deno.test("Until an answer came, the clocks are taken for equal", () => {
  const { clock, skew } = setUp();
  assertEquals([skew.ms, skew.apiNow()], [0, clock.now()]);
});

const DATES: [name: string, aheadMs: number, tookMs: number, skewMs: number][] = [
  ["equal clocks differ by nothing", 0, 0, 0],
  ["a second and a half is within the error of measuring", 1000, 0, 0],
  ["so it is the other way", -2000, 0, 0],
  ["an hour ahead is told, and the rounding is made up for", HOUR, 0, HOUR + 500],
  ["an hour behind is told", -HOUR, 0, -HOUR + 500],
  ["the answer is taken to be made in the middle of the request", HOUR, 3000, HOUR - 1000],
  ["a request that took longer is no measurement", HOUR, 3001, 0],
];

for (const [name, aheadMs, tookMs, skewMs] of DATES) {
  Deno.test(`Skew: ${name}`, () => {
    const { clock, skew } = setUp();
    measured(skew, clock, clock.now() + aheadMs, tookMs);
    assertEquals(skew.ms, skewMs);
    assertEquals(skew.apiNow(), clock.now() + skewMs);
  });
}

Deno.test("An answer out of a cache is no measurement", () => {
  const { clock, skew } = setUp();
  measured(skew, clock, clock.now() - HOUR, 0, { age: "3600" });
  assertEquals(skew.ms, 0);
});

Deno.test("An answer without a date that can be read leaves the last measurement", () => {
  const { clock, skew } = setUp();
  measured(skew, clock, clock.now() + HOUR);
  measured(skew, clock, clock.now(), 0, { date: "soon" });
  skew.measure(new Headers(), clock.monotonic());
  assertEquals(skew.ms, HOUR + 500);
});

Deno.test("The latest measurement counts, and there is one a second at most", () => {
  const { clock, skew } = setUp();
  measured(skew, clock, clock.now() + HOUR);
  clock.stall(999);
  measured(skew, clock, clock.now());
  assertEquals(skew.ms, HOUR + 500);
  clock.stall(1);
  measured(skew, clock, clock.now());
  assertEquals(skew.ms, 0);
});

Deno.test("Setting our clock changes the skew at once, and not the time of the API", () => {
  const { clock, skew } = setUp();
  measured(skew, clock, clock.now());
  clock.step(24 * HOUR);
  assertEquals(skew.ms, 500 - 24 * HOUR);
  assertEquals(skew.apiNow(), clock.now() + 500 - 24 * HOUR);
});

Deno.test("Each answer of the API is a measurement, a refusal too", async () => {
  const { clock, skew } = setUp();
  using client = new ApiClient({
    baseUrl: "http://api.example.com",
    token: BEARER,
    clock,
    skew,
    fetch: async () => {
      await clock.advance(2000);
      return text(404, "", { date: new Date(clock.now() + HOUR).toUTCString() });
    },
  });
  await client.health(NEVER).catch(() => {/* a refusal */});
  assertEquals(skew.ms, HOUR + 500 + 1000);
});

Deno.test("A skew is steady until our clock is set, and again with the next answer", async () => {
  const clock = new FakeClock(Date.UTC(2026, 0, 1));
  const skew = new ClockSkew(clock);
  const answer = () =>
    skew.measure(
      new Headers({ date: new Date(clock.now() - 10_000).toUTCString() }),
      clock.monotonic(),
    );
  answer();
  assertEquals(skew.steadyMs, skew.ms);
  assertEquals(Math.round(skew.steadyMs / 1000), -9);
  clock.step(16_000);
  assertEquals(skew.steadyMs, 0);
  await clock.advance(2000);
  answer();
  assertEquals(skew.steadyMs, skew.ms);
});
