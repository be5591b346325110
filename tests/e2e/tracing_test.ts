import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { Collector, type Span } from "../support/collector.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { Sensor } from "../support/sensor.ts";
import { payloadOf, World } from "../support/world.ts";

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

const EVENTS = "/api/v1/events";

function requestsBelow(collector: Collector, { traceId, spanId }: Span): Span[] {
  return collector.spans.filter((it) => it.traceId === traceId && it.parentSpanId === spanId);
}

function everySecond(world: World, name: string) {
  return world.platform.rules.silently.create({
    ref: `e2e.${name}`,
    trigger_ref: "core.intervaltimer",
    trigger_params: { interval: 1, unit: "seconds" },
  });
}

Deno.test("A fire is a trace from its scheduled instant to its delivery, with the request below it", async () => {
  await using collector = new Collector();
  await using world = await World.on(rabbit);
  const rule = everySecond(world, "traced");
  // Its permissions name neither the collector nor any variable of OpenTelemetry.
  await using sensor = await Sensor.ready(world.sensor(collector.env));
  const event = await world.event(rule);
  const { occurrence_id, scheduled_at, fired_at } = payloadOf(event);
  const fire = await collector.span(({ attributes: it }) =>
    it["attune.occurrence.id"] === occurrence_id
  );
  assertEquals(fire.name, "timer.fire");
  assertEquals(fire.parentSpanId, "");
  assertEquals(fire.startAt, Date.parse(scheduled_at));
  assertEquals(fire.status.code, 0);
  assertEquals(fire.events.map(({ name }) => name), ["scheduled", "fired", "delivered"]);
  assertLessOrEqual(Math.abs((fire.events[1]?.timeUnixNano ?? 0) - Date.parse(fired_at)), 1);
  assertEquals({
    ...fire.attributes,
    "attune.timer.lateness_ms": typeof fire.attributes["attune.timer.lateness_ms"],
  }, {
    "attune.rule.id": rule.id,
    "attune.rule.ref": rule.ref,
    "attune.trigger.ref": "core.intervaltimer",
    "attune.occurrence.id": occurrence_id,
    "attune.timer.kind": "interval",
    "attune.timer.lateness_ms": "number",
    "attune.timer.missed_count": 0,
    "attune.outcome": "delivered",
    "attune.event.id": event.id,
  });
  const request = await collector.span((it) => it.parentSpanId === fire.spanId);
  assertEquals(request.traceId, fire.traceId);
  assertEquals(request.attributes["url.path"], EVENTS);
  assert(request.startAt >= fire.startAt && request.endAt <= fire.endAt + 1);
  assertEquals(event.headers["traceparent"], `00-${fire.traceId}-${request.spanId}-01`);
  assertEquals(await sensor.stop(), 0);
  const sent = collector.bodies.map(({ text }) => text).join("\n");
  assert(!sent.includes(world.token) && !sent.includes("guest:guest"));
  assertEquals(collector.bodies.filter(({ path }) => path === "/v1/logs"), []);
});

const REFUSAL = JSON.stringify({ error: "no", code: "VALIDATION_ERROR" });

Deno.test("A fire that is tried again has all its requests below it, and one refused is an error", async () => {
  await using collector = new Collector();
  await using world = await World.on(rabbit);
  world.platform.faults.add({ kind: "answer", path: EVENTS, status: 503, times: 1 });
  const rule = everySecond(world, "retried");
  await using sensor = await Sensor.ready(world.sensor(collector.env));
  await world.event(rule);
  const retried = await collector.span(({ events }) => events.some((it) => it.name === "retrying"));
  assertEquals(retried.events.at(-1)?.name, "delivered");
  const requests = requestsBelow(collector, retried);
  const statuses = requests.map(({ attributes }) => attributes["http.response.status_code"]);
  assertEquals(statuses.toSorted(), ["201", "503"]);
  world.platform.faults.add({ kind: "answer", path: EVENTS, status: 422, body: REFUSAL });
  const refused = await collector.span(({ attributes }) =>
    attributes["attune.outcome"] === "refused"
  );
  assertEquals(refused.status.code, 2);
  assertEquals(await sensor.stop(), 0);
});

Deno.test("What comes out of the outbox is a trace of its own, with the same occurrence", async () => {
  await using collector = new Collector();
  await using world = await World.on(rabbit);
  const outage = world.platform.faults.add({ kind: "answer", path: EVENTS, status: 503 });
  everySecond(world, "parked");
  await using sensor = await Sensor.ready(world.sensor(collector.env));
  const parked = await collector.span(({ attributes }) =>
    attributes["attune.outcome"] === "parked"
  );
  outage[Symbol.dispose]();
  const occurrence = parked.attributes["attune.occurrence.id"];
  const delivered = await collector.span(({ name, attributes }) =>
    name === "timer.deliver" && attributes["attune.occurrence.id"] === occurrence
  );
  assertEquals(delivered.attributes["attune.outcome"], "delivered");
  assert(delivered.traceId !== parked.traceId);
  assertEquals(await sensor.stop(), 0);
});
