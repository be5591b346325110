import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiClient } from "../../src/platform/api_client.ts";
import { ApiError } from "../../src/platform/api_error.ts";
import { settle } from "../support/fake_clock.ts";
import { json, NEVER, text } from "./fake_api.ts";
import { DAY, give, type Keeping, keeping, refuse, START } from "./token_keeping.ts";
import { sensorToken } from "./tokens.ts";

const FIRST = sensorToken(START, DAY / 1000);
const SECOND = sensorToken(START + 1000, DAY / 1000);

/** A refusal met by many at once. */
function refuseMany(it: Keeping, count: number): Promise<PromiseSettledResult<boolean>[]> {
  return Promise.allSettled(Array.from({ length: count }, () => it.keeper.renew(FIRST)));
}

Deno.test("A refused token is replaced by what the file holds, without a renewal", async () => {
  await using it = await keeping({ file: FIRST });
  it.file = "rotated";
  assertEquals(await it.keeper.renew(FIRST), true);
  assertEquals([it.keeper.value, it.requests], ["rotated", []]);
  assertEquals(it.told, [["rotated", null]]);
});

Deno.test("A refused token for which the file has no other is renewed", async () => {
  for (const from of [{ value: FIRST }, { file: FIRST }]) {
    await using it = await keeping(from);
    it.issue = give(SECOND);
    assertEquals(await it.keeper.renew(FIRST), true);
    assertEquals(it.keeper.value, SECOND);
    assertEquals(it.told, [["renewed", START + 1000 + DAY]]);
  }
});

Deno.test("Many refusals at once are one reading of the file and one renewal", async () => {
  await using it = await keeping({ file: FIRST });
  it.issue = async () => {
    await settle();
    return await give(SECOND)({ sensorRef: "", triggerTypes: [], ttlSeconds: 0 }, NEVER);
  };
  const results = await refuseMany(it, 50);
  assertEquals(results, Array(50).fill({ status: "fulfilled", value: true }));
  assertEquals([it.requests.length, it.reads, it.told.length], [1, 2, 1]);
});

Deno.test("A token that was replaced in the meantime is not renewed", async () => {
  await using it = await keeping({ value: FIRST });
  assertEquals(await it.keeper.renew("the one before"), true);
  assertEquals(it.requests, []);
});

Deno.test("There is no other token where the renewal is refused too, and it is asked for once", async () => {
  await using it = await keeping({ value: FIRST });
  it.issue = refuse(401);
  const results = await refuseMany(it, 50);
  assertEquals(results, Array(50).fill({ status: "fulfilled", value: false }));
  assertEquals(it.told, [["renewalFailed", "no token: 401", null]]);
  assertEquals(it.requests.length, 1);
});

Deno.test("Whether there is another token is open where the renewal fails for now", async () => {
  await using it = await keeping({ value: FIRST });
  it.issue = refuse(503);
  const results = await refuseMany(it, 50);
  assertEquals(results.map(({ status }) => status), Array(50).fill("rejected"));
  await assertRejects(() => it.keeper.renew(FIRST), ApiError, "no token: 503");
  assertEquals([it.requests.length, it.told.length], [1, 1]);
  it.issue = give(SECOND);
  await it.clock.advance(1000);
  assertEquals(await it.keeper.renew(FIRST), true);
});

const NO_RENEWAL: [name: string, token: string][] = [
  ["is none of a sensor's", "opaque"],
  ["has expired", sensorToken(START - 2 * DAY, DAY / 1000)],
];

for (const [name, token] of NO_RENEWAL) {
  Deno.test(`A refused token that ${name} is not renewed`, async () => {
    await using it = await keeping({ value: token });
    it.issue = give(SECOND);
    assertEquals(await it.keeper.renew(token), false);
    assertEquals([it.requests, it.told], [[], []]);
  });
}

Deno.test("A renewed token that is refused at once is not renewed again and again", async () => {
  await using it = await keeping({ value: FIRST });
  it.issue = give(SECOND);
  assertEquals(await it.keeper.renew(FIRST), true);
  assertEquals(await it.keeper.renew(SECOND), false);
  assertEquals(it.requests.length, 1);
});

Deno.test("A refusal that is met while the token is being renewed waits for the new one", async () => {
  await using it = await keeping({ value: FIRST });
  const answer = Promise.withResolvers<void>();
  it.issue = async (request, signal) => {
    await answer.promise;
    return await give(SECOND)(request, signal);
  };
  it.run();
  await it.clock.advance(0.8 * DAY);
  const renewed = it.keeper.renew(FIRST);
  answer.resolve();
  assertEquals(await renewed, true);
  assertEquals(it.requests.length, 1);
});

Deno.test("A renewal for a refused token ends with the keeper", async () => {
  const it = await keeping({ value: FIRST });
  it.issue = (_, signal) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const renewed = it.keeper.renew(FIRST);
  await settle();
  await it.stop();
  await assertRejects(() => renewed, Error, "The sensor is stopping");
  assertEquals(it.told, []);
});

/** The platform refuses a token. */
function unauthorized(message = "Invalid authentication token"): Response {
  return json(401, { error: { code: 401, message } });
}

/** A client that asks the keeper; `answer` is given path and token. */
function clientOf(it: Keeping, answer: (path: string, token: string) => Response): ApiClient {
  return new ApiClient({
    baseUrl: "http://api.example.com/base",
    token: it.keeper,
    clock: it.clock,
    fetch: (url, init) => {
      const token = new Headers(init.headers).get("authorization")?.slice("Bearer ".length) ?? "";
      return Promise.resolve(answer(new URL(url).pathname, token));
    },
  });
}

Deno.test("A request whose token is refused is repeated with the renewed one", async () => {
  await using it = await keeping({ value: FIRST });
  const seen: string[] = [];
  using client = clientOf(it, (path, token) => {
    seen.push(`${path} ${token === FIRST ? "first" : "second"}`);
    if (path !== "/base/health") return json(200, { data: { token: SECOND, "expires_at": null } });
    return token === FIRST ? unauthorized() : json(200, { status: "ok" });
  });
  it.issue = (request, signal) => client.issueToken(request, signal);
  await client.health(NEVER);
  assertEquals(seen, [
    "/base/health first",
    "/base/auth/sensor-token first",
    "/base/health second",
  ]);
});

Deno.test("A renewal that is refused with 401 does not renew the token in its turn", async () => {
  await using it = await keeping({ value: FIRST });
  let count = 0;
  using client = clientOf(it, () => {
    count++;
    return unauthorized();
  });
  it.issue = (request, signal) => client.issueToken(request, signal);
  const error = await assertRejects(() => client.health(NEVER), ApiError);
  assertEquals([error.status, count], [401, 2]);
});

Deno.test("A request is worth another attempt while the renewal fails for now", async () => {
  await using it = await keeping({ value: FIRST });
  using client = clientOf(
    it,
    (path) =>
      path === "/base/health" ? unauthorized() : json(503, { status: "error", error: "down" }),
  );
  it.issue = (request, signal) => client.issueToken(request, signal);
  const error = await assertRejects(() => client.health(NEVER), ApiError);
  assertEquals(error.message, "POST /base/auth/sensor-token: 503: down");
  assert(error.retriable);
});

Deno.test("An answer that quotes a token hides the one of its own request", async () => {
  await using it = await keeping({ file: FIRST });
  using client = clientOf(it, (_, token) => {
    it.file = "rotated";
    return token === FIRST
      ? unauthorized(`${token} is bad`)
      : json(400, { error: `${token} is bad`, code: "BAD_REQUEST" });
  });
  const own = await assertRejects(() => client.health(NEVER), ApiError);
  assertEquals(own.message, "GET /base/health: 400 BAD_REQUEST: *** is bad");
  it.file = FIRST;
  const asked = client.issueToken({ sensorRef: "x", triggerTypes: ["y"], ttlSeconds: 1 }, NEVER);
  await it.keeper.renew("rotated");
  const earlier = await assertRejects(() => asked, ApiError);
  assertEquals(earlier.message, "POST /base/auth/sensor-token: 400 BAD_REQUEST: *** is bad");
});

Deno.test("A 401 of somebody in between renews nothing, and is no refusal of the token", async () => {
  await using it = await keeping({ value: FIRST });
  it.issue = give(SECOND);
  using client = clientOf(it, () => text(401, "<h1>Sign in</h1>", { "content-type": "text/html" }));
  const error = await assertRejects(() => client.health(NEVER), ApiError);
  assertEquals([error.status, error.retriable, it.requests], [null, true, []]);
});
