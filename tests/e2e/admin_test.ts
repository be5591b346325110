import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as z from "zod";
import { ARTEFACT } from "../support/artefact.ts";
import { parseScrape, type Scrape, valueOf } from "../support/prometheus.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { Sensor } from "../support/sensor.ts";
import { payloadOf, World } from "../support/world.ts";
import { PATIENCE_MS } from "../support/patience.ts";

const ADMIN = { ATTUNE_ADMIN_ADDR: "127.0.0.1:0" };

const Condition = z.object({ state: z.string(), reason: z.string().optional() });
const Readiness = z.object({
  ready: z.boolean(),
  role: z.string(),
  reasons: z.array(z.string()),
  timers: z.int(),
  api: Condition,
  broker: z.object({ messages: Condition, outbox: Condition }),
});
type Readiness = z.infer<typeof Readiness>;

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

async function ready(url: string): Promise<{ status: number; body: Readiness }> {
  const response = await fetch(`${url}/readyz`);
  return { status: response.status, body: Readiness.parse(await response.json()) };
}

/** The first answer of `/readyz` that is as wanted. */
async function readyWhen(url: string, isWanted: (body: Readiness) => boolean): Promise<Readiness> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  for (;;) {
    const { body } = await ready(url);
    if (isWanted(body)) return body;
    if (patience.aborted) throw new Error(`/readyz still says ${JSON.stringify(body)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function scrape(url: string): Promise<Scrape> {
  const response = await fetch(`${url}/metrics`);
  assertEquals(response.status, 200);
  return parseScrape(await response.text());
}

/** The first scrape in which a metric has at least that value. */
async function scrapeWhen(
  url: string,
  least: number,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<Scrape> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  for (;;) {
    const found = await scrape(url);
    if (valueOf(found, name, labels) >= least) return found;
    if (patience.aborted) throw new Error(`${name} stays below ${least}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function draft(name: string) {
  const trigger_params = { interval: 1, unit: "seconds" };
  return { ref: `e2e.${name}`, trigger_ref: "core.intervaltimer", trigger_params };
}

async function live(url: string): Promise<number> {
  const response = await fetch(`${url}/livez`);
  await response.body?.cancel();
  return response.status;
}

/** The first thing that whoever listens is told. */
async function snapshotOf(url: string): Promise<string> {
  const { body } = await fetch(`${url}/live`);
  let told = "";
  for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    told += text;
    if (/^data: .*\n\n/m.test(told)) break;
  }
  return told;
}

Deno.test("A sensor lives from its start, is ready once it has everything, and not without the API or the broker", async () => {
  await using world = await World.on(rabbit);
  await world.platform.down();
  world.platform.rules.silently.create(draft("probed"));
  await using sensor = await Sensor.start(world.sensor(ADMIN));
  const url = await sensor.adminUrl();
  assertEquals(await live(url), 200);
  const { status, body } = await ready(url);
  assertEquals([status, body.reasons[0]], [503, "The rules have not been read yet"]);
  await world.platform.up();
  await sensor.line(/^Timer sensor ready/);
  await readyWhen(url, (it) => it.ready && it.role === "single" && it.timers === 1);

  await world.platform.down();
  const noApi = await readyWhen(url, (it) => it.api.state === "down");
  assertEquals(noApi.reasons, ["The Attune API does not answer, or has not been asked yet"]);
  await world.platform.up();
  await readyWhen(url, (it) => it.ready);

  await rabbit.kill9();
  const noBroker = await readyWhen(url, (it) => it.reasons.length === 2);
  assertStringIncludes(noBroker.broker.messages.reason ?? "", "RabbitMQ");
  assertEquals(await live(url), 200);
  await rabbit.restart();
  await readyWhen(url, (it) => it.ready);
  assertEquals(await sensor.stop(), 0);
});

Deno.test("Of two sensors one leads and one stands by, both ready, and the other leads when the first is killed", async () => {
  await using world = await World.on(rabbit);
  const env = { ...ADMIN, ATTUNE_HA: "true" };
  await using first = await Sensor.ready(world.sensor(env));
  await readyWhen(await first.adminUrl(), (it) => it.ready && it.role === "leader");
  await using second = await Sensor.ready(world.sensor(env));
  const url = await second.adminUrl();
  await readyWhen(url, (it) => it.ready && it.role === "standby");
  first.kill("SIGKILL");
  await readyWhen(url, (it) => it.ready && it.role === "leader");
  assertEquals(await second.stop(), 0);
});

Deno.test("A sensor whose port is taken ends with exit code 2 and says so", async () => {
  await using world = await World.on(rabbit);
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const env = { ATTUNE_ADMIN_ADDR: `127.0.0.1:${taken.addr.port}` };
  await using blocked = await Sensor.start(world.sensor(env));
  assertEquals(await blocked.exit(), 2);
  assertEquals(
    blocked.lines.at(-1)?.message,
    `Cannot serve health and metrics at http://${env.ATTUNE_ADMIN_ADDR}: another program listens there`,
  );
});

Deno.test({
  name: "A sensor that may not serve its port ends with exit code 2 and says what to allow",
  ignore: ARTEFACT !== null,
  fn: async () => {
    await using world = await World.on(rabbit);
    const flags = ["--deny-net=127.0.0.1:0"];
    await using forbidden = await Sensor.start({ ...world.sensor(ADMIN), flags });
    assertEquals(await forbidden.exit(), 2);
    assertStringIncludes(forbidden.lines.at(-1)?.message ?? "", "allow it with --allow-net=");
  },
});

Deno.test("A sensor that others can reach is warned of, and one that only this machine reaches is not", async () => {
  await using world = await World.on(rabbit);
  await using open = await Sensor.ready(world.sensor({ ATTUNE_ADMIN_ADDR: "0.0.0.0:0" }));
  const { level } = await open.line(/^Whoever reaches http:\/\/0\.0\.0\.0:\d+ can read/);
  assertEquals([level, await open.stop()], ["warn", 0]);
  await using own = await Sensor.ready(world.sensor(ADMIN));
  assert(own.lines.every((line) => line.level !== "warn"), own.output.join("\n"));
  assertEquals(await own.stop(), 0);
});

Deno.test("Metrics move when events are delivered, refused and parked, and no secret is in any answer", async () => {
  await using world = await World.on(rabbit);
  await using sensor = await Sensor.ready(world.sensor(ADMIN));
  const url = await sensor.adminUrl();
  const counted = await world.platform.rules.create(draft("counted"));
  await world.platform.rules.create({
    ...draft("wrong"),
    trigger_params: { interval: 0, unit: "seconds" },
  });
  const events = "attune_timer_events_total";
  const first = await scrapeWhen(url, 2, events, { result: "stored" });
  assertEquals(valueOf(first, "attune_timer_timers", { kind: "interval" }), 1);
  assertEquals(valueOf(first, "attune_timer_refused_rules", { kind: "interval" }), 1);
  assert(valueOf(first, "attune_timer_rule_messages_total", { kind: "created" }) >= 2);
  assert(valueOf(first, "attune_timer_fires_total", { kind: "interval" }) >= 2);
  assert(valueOf(first, "attune_timer_delivery_seconds_count") >= 2);
  assert(valueOf(first, "attune_timer_token_expiry_seconds") > 0);
  assert(valueOf(first, "attune_timer_checkpoint_age_seconds") < 60);
  assertEquals(valueOf(first, "attune_timer_role", { role: "single" }), 1);

  const headers = { "content-type": "application/json" };
  world.platform.faults.add({
    kind: "answer",
    path: "/api/v1/events",
    status: 403,
    headers,
    body: JSON.stringify({ error: "no", code: "FORBIDDEN" }),
    times: 1,
  });
  await scrapeWhen(url, 1, events, { result: "refused" });

  await world.platform.down();
  await scrapeWhen(url, 2, "attune_timer_outbox_events");
  const parked = await scrapeWhen(url, 2, "attune_timer_events_parked_total");
  assert(valueOf(parked, "attune_timer_oldest_event_age_seconds", { place: "outbox" }) > 0);
  assertEquals(valueOf(parked, "attune_timer_reachable", { what: "api" }), 0);
  const answers = await Promise.all(
    ["/", "/livez", "/readyz", "/metrics", "/timers", `/timers/${counted.id}`, "/nowhere"].map(
      async (
        path,
      ) => await (await fetch(url + path)).text(),
    ),
  );
  for (const text of [...answers, await snapshotOf(url)]) {
    assert(!text.includes(world.token) && !text.includes("guest"), text);
  }
  await world.platform.up();
  const stored = valueOf(parked, events, { result: "stored" });
  await scrapeWhen(url, stored + 3, events, { result: "stored" });
  await readyWhen(url, (it) => it.ready);
  assertEquals(await sensor.stop(), 0);
});

const Timer = z.looseObject({
  rule_id: z.int(),
  state: z.string(),
  problems: z.array(z.string()).optional(),
});
const Page = z.object({ total: z.int(), timers: z.array(Timer) });
const Details = z.looseObject({
  next: z.array(z.string()),
  results: z.array(z.object({
    occurrence_id: z.string(),
    scheduled_at: z.string(),
    at: z.string(),
    result: z.string(),
    event_id: z.int(),
  })),
});

Deno.test("Timers are listed with what the platform stored of them, and refused rules with their problems", async () => {
  await using world = await World.on(rabbit);
  const right = world.platform.rules.silently.create(draft("listed"));
  const wrong = world.platform.rules.silently.create({
    ...draft("impossible"),
    trigger_params: { interval: 0, unit: "seconds" },
  });
  await using sensor = await Sensor.ready(world.sensor(ADMIN));
  const url = await sensor.adminUrl();
  await scrapeWhen(url, 3, "attune_timer_events_total", { result: "stored" });
  const all = Page.parse(await (await fetch(`${url}/timers?sort=ref`)).json());
  assertEquals(all.timers.map((it) => [it.rule_id, it.state]), [
    [wrong.id, "refused"],
    [right.id, "active"],
  ]);
  assertStringIncludes(all.timers[0]?.problems?.[0] ?? "", "interval");
  const { next, results } = Details.parse(await (await fetch(`${url}/timers/${right.id}`)).json());
  assertEquals(next.length, 10);
  assert(results.length >= 3);
  const stored = new Map(world.eventsOf(right).map((it) => [it.id, payloadOf(it).occurrence_id]));
  for (const result of results) {
    assertEquals([result.result, result.occurrence_id], ["stored", stored.get(result.event_id)]);
  }
  await world.platform.rules.delete(right.ref);
  // First it is in doubt, until it has been read again.
  await sensor.line(new RegExp(`^Timer stopped for rule ${right.id}`));
  const patience = AbortSignal.timeout(PATIENCE_MS);
  let gone = await fetch(`${url}/timers/${right.id}`);
  while (gone.status === 200 && !patience.aborted) {
    await gone.body?.cancel();
    await new Promise((resolve) => setTimeout(resolve, 50));
    gone = await fetch(`${url}/timers/${right.id}`);
  }
  const error = `There is no rule ${right.id} here`;
  assertEquals([gone.status, await gone.json()], [404, { error }]);
  assertEquals(await sensor.stop(), 0);
});
