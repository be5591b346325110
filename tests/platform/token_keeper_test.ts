import { assertEquals, assertRejects } from "@std/assert";
import { readingOf } from "../../src/platform/token_reading.ts";
import { DAY, give, HOUR, type Keeping, keeping, refuse, START } from "./token_keeping.ts";
import { jwt, sensorToken } from "./tokens.ts";

const MINUTE = 60_000;
const FIRST = sensorToken(START, DAY / 1000);
const DUE = 0.8 * DAY;
const SECOND = sensorToken(START + DUE, DAY / 1000);
const UNREADABLE =
  "Cannot read a token from '/run/token': expected the token alone, or a JSON object with 'token'";

/** A clock of the API that is ahead of ours. */
function setAhead({ skew, clock }: Keeping, aheadMs: number): void {
  const date = new Date(clock.now() + aheadMs).toUTCString();
  skew.measure(new Headers({ date }), clock.monotonic());
}

Deno.test("A token is renewed when 80 % of its life is over, for its equal", async () => {
  await using it = await keeping({ value: FIRST });
  it.issue = give(SECOND);
  it.run();
  await it.clock.advance(DUE - 1);
  assertEquals([it.requests, it.told, it.keeper.value], [[], [], FIRST]);
  await it.clock.advance(5000);
  assertEquals(it.requests, [{
    sensorRef: "core.timer_sensor",
    triggerTypes: ["core.intervaltimer"],
    ttlSeconds: 86_400,
  }]);
  assertEquals(it.told, [["renewed", START + DUE + DAY]]);
  assertEquals(it.keeper.value, SECOND);
});

Deno.test("A renewed token is renewed in its turn, and nothing is said of its expiry", async () => {
  await using it = await keeping({ value: FIRST });
  it.issue = () => readingOf(sensorToken(it.clock.now(), DAY / 1000), null);
  it.run();
  await it.clock.advance(5 * DAY);
  assertEquals(it.told.map(([event]) => event), Array(6).fill("renewed"));
});

Deno.test("A token past 80 % of its life is renewed at once", async () => {
  await using it = await keeping({ value: sensorToken(START - DUE, DAY / 1000) });
  it.issue = give(SECOND);
  it.run();
  await it.clock.advance(0);
  assertEquals(it.keeper.value, SECOND);
});

Deno.test("The renewal is due by the API's clock", async () => {
  await using it = await keeping({ value: FIRST });
  it.issue = give(SECOND);
  it.run();
  setAhead(it, DUE);
  await it.clock.advance(5000);
  assertEquals(it.keeper.value, SECOND);
});

const TTLS: [lifeSeconds: number, ttlSeconds: number][] = [
  [600, 3600],
  [7200.9, 7200],
  [260_000, 259_200],
];

for (const [lifeSeconds, ttlSeconds] of TTLS) {
  Deno.test(`A token that lived for ${lifeSeconds} s is renewed for ${ttlSeconds} s`, async () => {
    await using it = await keeping({ value: sensorToken(START, lifeSeconds) });
    it.run();
    await it.clock.advance(0.8 * lifeSeconds * 1000 + 5000);
    assertEquals(it.requests.map((request) => request.ttlSeconds), [ttlSeconds]);
  });
}

const NOT_RENEWABLE: [name: string, token: string][] = [
  ["a user's token", sensorToken(START, 86_400, { "token_type": "access" })],
  ["a token without a type", sensorToken(START, 86_400, { "token_type": undefined })],
  ["a token without a login", sensorToken(START, 86_400, { login: undefined })],
  ["a token with an empty login", sensorToken(START, 86_400, { login: "" })],
  ["a token without triggers", sensorToken(START, 86_400, { metadata: { "trigger_types": [] } })],
  ["a token without metadata", sensorToken(START, 86_400, { metadata: null })],
  ["a token that does not say when it began", sensorToken(START, 86_400, { iat: null })],
];

for (const [name, token] of NOT_RENEWABLE) {
  Deno.test(`${name} is not renewed, but told of twice before it expires`, async () => {
    await using it = await keeping({ value: token });
    it.run();
    await it.clock.advance(DAY - 1);
    assertEquals(it.told, [["expiring", 6 * HOUR], ["expiring", HOUR]]);
    await it.clock.advance(1);
    assertEquals(it.told.slice(2), [["expired"]]);
    await it.clock.advance(DAY);
    assertEquals([it.told.length, it.requests.length], [3, 0]);
  });
}

Deno.test("A token that does not say when it expires is never spoken of", async () => {
  await using it = await keeping({ value: "opaque" });
  it.run();
  await it.clock.advance(3 * DAY);
  assertEquals([it.told, it.keeper.secondsToExpiry, it.keeper.isExpired], [[], null, false]);
});

for (const leftMs of [5 * HOUR, HOUR / 2]) {
  Deno.test(`A token that has ${leftMs / HOUR} h left at start is told of at once, once`, async () => {
    await using it = await keeping({ value: jwt({ exp: (START + leftMs) / 1000 }) });
    it.run();
    await it.clock.advance(MINUTE);
    assertEquals(it.told, [["expiring", leftMs]]);
  });
}

Deno.test("A token that has expired before the start is told of as such", async () => {
  await using it = await keeping({ value: sensorToken(START - 2 * DAY, DAY / 1000) });
  it.issue = give(SECOND);
  it.run();
  await it.clock.advance(MINUTE);
  assertEquals([it.told, it.requests], [[["expired"]], []]);
  assertEquals([it.keeper.isExpired, it.keeper.secondsToExpiry], [true, -86_460]);
});

Deno.test("A token expires by the API's clock", async () => {
  await using it = await keeping({ value: jwt({ exp: (START + DAY) / 1000 }) });
  setAhead(it, DAY);
  assertEquals([it.keeper.isExpired, it.keeper.secondsToExpiry], [true, -0.5]);
  it.clock.stall(1000);
  setAhead(it, -DAY);
  assertEquals(it.keeper.isExpired, false);
});

const IN_2100 = Date.UTC(2100, 11, 31) - START;

Deno.test("A date of 2100 for a while is told, and what comes in time is told when it comes", async () => {
  await using it = await keeping({ value: jwt({ exp: (START + DAY) / 1000 }) });
  it.run();
  await it.clock.advance(HOUR);
  setAhead(it, IN_2100);
  await it.clock.advance(12_000);
  setAhead(it, 0);
  await it.clock.advance(MINUTE);
  assertEquals(it.told, [["expired"]]);
  await it.clock.advance(DAY);
  assertEquals(it.told.slice(1).map(([what]) => what), ["expiring", "expiring", "expired"]);
});

Deno.test("A token that renews itself does so although the API gives a date of 2100", async () => {
  await using it = await keeping({ value: sensorToken(START, DAY / 1000) });
  it.issue = (request, signal) =>
    give(sensorToken(it.clock.now() + 1000, DAY / 1000))(request, signal);
  it.run();
  setAhead(it, IN_2100);
  await it.clock.advance(12_000);
  assertEquals(it.told.map(([what]) => what), ["renewed"]);
});

Deno.test("A token whose end no date can be does not say when it expires", async () => {
  await using it = await keeping({ value: jwt({ exp: Number.MAX_SAFE_INTEGER }) });
  it.run();
  await it.clock.advance(DAY);
  assertEquals([it.told, it.keeper.secondsToExpiry], [[], null]);
});

Deno.test("Setting our clock ahead expires no token, once the API's clock is known", async () => {
  await using it = await keeping({ value: jwt({ exp: (START + DAY) / 1000 }) });
  setAhead(it, 0);
  it.run();
  it.clock.step(2 * DAY);
  await it.clock.advance(MINUTE);
  assertEquals(it.told, []);
});

Deno.test("A renewal that fails for now is tried again until it passes", async () => {
  await using it = await keeping({ value: FIRST });
  it.issue = refuse(503);
  it.run();
  await it.clock.advance(DUE);
  assertEquals(it.told, [
    ["renewalFailed", "no token: 503", 1000],
    ["expiring", DAY - DUE],
  ]);
  it.issue = refuse(null);
  await it.clock.advance(1000);
  assertEquals(it.told.slice(2), [["renewalFailed", "no token: null", 2000]]);
  it.issue = give(SECOND);
  await it.clock.advance(1999);
  assertEquals(it.told.length, 3);
  await it.clock.advance(1);
  assertEquals(it.told.slice(3), [["renewed", START + DUE + DAY]]);
});

Deno.test("A pause that the server asks for is kept, up to a minute", async () => {
  for (const [askedMs, pauseMs] of [[500, 1000], [20_000, 20_000], [HOUR, MINUTE]] as const) {
    await using it = await keeping({ value: FIRST });
    it.issue = refuse(429, askedMs);
    it.run();
    await it.clock.advance(DUE);
    assertEquals(it.told[0], ["renewalFailed", "no token: 429", pauseMs]);
    await it.clock.advance(pauseMs - 1);
    assertEquals(it.requests.length, 1);
    await it.clock.advance(1);
    assertEquals(it.requests.length, 2);
  }
});

Deno.test("A fault that is no answer of the API is tried again", async () => {
  await using it = await keeping({ value: FIRST });
  it.issue = () => Promise.reject(new TypeError("odd"));
  it.run();
  await it.clock.advance(DUE);
  assertEquals(it.told[0], ["renewalFailed", "odd", 1000]);
});

Deno.test("The token that was to be replaced is no new one", async () => {
  await using it = await keeping({ value: FIRST });
  it.issue = give(FIRST);
  it.run();
  await it.clock.advance(DUE);
  assertEquals(it.told[0], [
    "renewalFailed",
    "POST /auth/sensor-token: the answer holds the token that was to be replaced",
    1000,
  ]);
});

Deno.test("A renewal that fails until the end is told of as expired, and tried no more", async () => {
  await using it = await keeping({ value: FIRST });
  it.issue = refuse(503);
  it.run();
  await it.clock.advance(DAY);
  const others = it.told.filter(([event]) => event !== "renewalFailed");
  assertEquals(others, [["expiring", DAY - DUE], ["expiring", HOUR], ["expired"]]);
  const { length } = it.requests;
  await it.clock.advance(HOUR);
  assertEquals(it.requests.length, length);
});

for (const status of [401, 403, 404, 422]) {
  Deno.test(`A renewal that is refused with ${status} is told of once and not repeated`, async () => {
    await using it = await keeping({ value: FIRST });
    it.issue = refuse(status);
    it.run();
    await it.clock.advance(DAY);
    assertEquals(it.requests.length, 1);
    assertEquals(it.told, [
      ["renewalFailed", `no token: ${status}`, null],
      ["expiring", DAY - DUE],
      ["expiring", HOUR],
      ["expired"],
    ]);
  });
}

Deno.test("A refusal holds for its token only", async () => {
  await using it = await keeping({ file: FIRST });
  it.run();
  await it.clock.advance(DUE);
  it.file = sensorToken(it.clock.now() - DUE, DAY / 1000, { sub: "8" });
  it.issue = give(SECOND);
  await it.clock.advance(5000);
  assertEquals(it.told.slice(2).map(([event]) => event), ["rotated", "renewed"]);
});

Deno.test("A token that is due the moment it comes is renewed once a minute at most", async () => {
  await using it = await keeping({ value: FIRST });
  let count = 0;
  it.issue = () => readingOf(sensorToken(START, DAY / 1000, { jti: `${count++}` }), null);
  it.run();
  await it.clock.advance(DUE);
  await it.clock.advance(10 * MINUTE - 1);
  assertEquals(it.told, Array(10).fill(["renewed", START + DAY]));
});

Deno.test("A renewed token may be one of which nothing but its expiry is known", async () => {
  await using it = await keeping({ value: FIRST });
  it.issue = give("opaque", START + 2 * DAY);
  it.run();
  await it.clock.advance(DUE);
  assertEquals(it.told, [["renewed", START + 2 * DAY]]);
  await it.clock.advance(2 * DAY - DUE);
  assertEquals(it.told.slice(1), [["expiring", 6 * HOUR], ["expiring", HOUR], ["expired"]]);
});

Deno.test("A token is adopted from the file within five seconds of its change", async () => {
  await using it = await keeping({ file: FIRST });
  it.run();
  await it.clock.advance(MINUTE);
  it.file = `{"token":"rotated","expires_at":"2025-02-01T00:00:00Z"}`;
  await it.clock.advance(5000);
  assertEquals(it.keeper.value, "rotated");
  await it.clock.advance(MINUTE);
  assertEquals(it.told, [["rotated", Date.UTC(2025, 1, 1)]]);
});

Deno.test("What the file held all along does not come back in the place of a renewed token", async () => {
  await using it = await keeping({ file: FIRST });
  it.issue = give(SECOND);
  it.run();
  await it.clock.advance(DUE + HOUR);
  assertEquals([it.keeper.value, it.told.length], [SECOND, 1]);
  it.file = "rotated";
  await it.clock.advance(5000);
  assertEquals([it.keeper.value, it.told[1]], ["rotated", ["rotated", null]]);
  it.file = FIRST;
  await it.clock.advance(5000);
  assertEquals(it.told[2], ["rotated", START + DAY]);
});

Deno.test("The token in use may appear in the file without being another one", async () => {
  await using it = await keeping({ file: FIRST });
  it.issue = give(SECOND);
  it.run();
  await it.clock.advance(DUE);
  it.file = SECOND;
  await it.clock.advance(MINUTE);
  assertEquals(it.told, [["renewed", START + DUE + DAY]]);
});

Deno.test("A file may learn later when its token expires", async () => {
  await using it = await keeping({ file: '{"token":"opaque"}' });
  it.file = '{"token":"opaque","expires_at":"2025-01-01T02:00:00Z"}';
  it.run();
  await it.clock.advance(0);
  assertEquals([it.keeper.secondsToExpiry, it.told], [7200, [["expiring", 2 * HOUR]]]);
});

Deno.test("A file that cannot be read is told of once for each time it breaks", async () => {
  await using it = await keeping({ file: FIRST });
  it.run();
  for (const text of ["", FIRST, "two words"]) {
    it.file = text;
    await it.clock.advance(MINUTE);
  }
  assertEquals(it.told, [["fileProblem", UNREADABLE], ["fileProblem", UNREADABLE]]);
  assertEquals(it.keeper.value, FIRST);
});

Deno.test("A file that could not be read at the start is told of, and its token wins later", async () => {
  await using it = await keeping({ value: FIRST, file: "" });
  it.run();
  await it.clock.advance(MINUTE);
  it.file = "rotated";
  await it.clock.advance(5000);
  assertEquals(it.told, [["fileProblem", UNREADABLE], ["rotated", null]]);
});

Deno.test("Warnings begin anew with another token", async () => {
  await using it = await keeping({ file: jwt({ exp: (START + HOUR / 2) / 1000 }) });
  it.run();
  await it.clock.advance(MINUTE);
  it.file = jwt({ exp: (START + 2 * HOUR) / 1000 });
  await it.clock.advance(5000);
  assertEquals(it.told.map(([event]) => event), ["expiring", "rotated", "expiring"]);
});

Deno.test("A keeper that is stopped ends its request, tells nothing more and sets no alarm", async () => {
  const it = await keeping({ value: FIRST });
  it.issue = (_, signal) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  it.run();
  await it.clock.advance(DUE);
  assertEquals([it.requests.length, it.told], [1, []]);
  await it.stop();
  assertEquals([it.told, it.clock.pending], [[], 0]);
  await it.keeper.run();
});

Deno.test("A keeper that is stopped while it waits ends at once", async () => {
  const it = await keeping({ file: FIRST });
  it.run();
  await it.clock.advance(1000);
  await it.stop();
  assertEquals([it.clock.pending, it.reads], [0, 2]);
});

Deno.test("A fault of whoever is told ends the keeper and is not hidden", async () => {
  await using it = await keeping({ file: FIRST });
  Object.freeze(it.told);
  it.file = "rotated";
  await assertRejects(() => it.keeper.run(), TypeError);
});
