import { assert, assertEquals } from "@std/assert";
import { RabbitMq } from "../support/rabbitmq.ts";
import { report } from "../support/report.ts";
import { Sensor } from "../support/sensor.ts";
import { payloadOf, World } from "../support/world.ts";

const RULES = 300;
const INTERVAL_S = 3;

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

/** All shards of a number, each a process of its own, once they are ready. */
async function startShards(world: World, count: number): Promise<Sensor[]> {
  return await Promise.all(
    Array.from(
      { length: count },
      (_, n) => Sensor.ready(world.sensor({ ATTUNE_SHARD: `${n + 1}/${count}` })),
    ),
  );
}

async function stopAll(sensors: readonly Sensor[]): Promise<void> {
  const codes = await Promise.all(sensors.map((sensor) => sensor.stop()));
  assertEquals(codes, sensors.map(() => 0));
}

/** The rules that a sensor posted events for. */
function firedBy(sensor: Sensor): Set<number> {
  return new Set(sensor.lines.flatMap(({ message }) => {
    const [, id] = /^Timer fired for rule (\d+),/.exec(message) ?? [];
    return id === undefined ? [] : [Number(id)];
  }));
}

/** Each rule is fired by the one shard that its id names. */
function assertShared(sensors: readonly Sensor[], ids: readonly number[]): void {
  for (const [n, sensor] of sensors.entries()) {
    const own = ids.filter((id) => id % sensors.length === n);
    assertEquals([...firedBy(sensor)].toSorted((a, b) => a - b), own);
  }
}

Deno.test("Four shards fire each rule once, and two that follow them lose nothing", async () => {
  await using world = await World.on(rabbit, { older: true });
  const rules = Array.from({ length: RULES }, (_, n) =>
    world.platform.rules.silently.create({
      ref: `e2e.shared${n}`,
      trigger_ref: "core.timer",
      trigger_params: { type: "interval", interval: INTERVAL_S, unit: "seconds", on_missed: "all" },
    }));
  const ids = rules.map((rule) => rule.id).toSorted((a, b) => a - b);
  const reach = async (count: number) => {
    for (const rule of rules) await world.event(rule, count);
  };

  await using stack = new AsyncDisposableStack();
  const four = await startShards(world, 4);
  for (const sensor of four) stack.use(sensor);
  await reach(2);
  await using wrong = await Sensor.start(world.sensor({ ATTUNE_SHARD: "1/2" }));
  assertEquals(await wrong.exit(), 2);
  const refused = wrong.lines.at(-1)?.message ?? "";
  assert(
    refused.startsWith("Cannot run as shard 1/2: 4 of the 4 shards of before still run ("),
    refused,
  );
  // A queue of rule messages that nobody empties would fill for ever.
  const queues = await rabbit.ctl("list_queues", "name");
  assert(!queues.includes(".1-2"), queues);
  await stopAll(four);
  assertShared(four, ids);

  const counts = rules.map((rule) => world.eventsOf(rule).length);
  const two = await startShards(world, 2);
  for (const sensor of two) stack.use(sensor);
  await reach(Math.max(...counts) + 2);
  await stopAll(two);
  assertShared(two, ids);
  const warnings = two.flatMap((it) => it.lines.filter((line) => line.level === "warn"));
  assertEquals(
    warnings.map((line) => line.message.replace(/since \S+Z/, "since then")),
    [
      "The rules were shared among 4 instances before, and are among 2 from now on: " +
      "what fell due since then is made up for",
    ],
  );

  for (const rule of rules) {
    const occurrences = new Map<number, string>();
    for (const payload of world.eventsOf(rule).map(payloadOf)) {
      const at = Date.parse(payload.scheduled_at);
      assertEquals(occurrences.get(at) ?? payload.occurrence_id, payload.occurrence_id);
      occurrences.set(at, payload.occurrence_id);
    }
    const instants = [...occurrences.keys()].toSorted((a, b) => a - b);
    const first = instants[0] ?? NaN;
    assertEquals(instants, instants.map((_, n) => first + n * INTERVAL_S * 1000));
  }
  const stored = world.platform.events.all;
  const distinct = new Set(stored.map((event) => payloadOf(event).occurrence_id));
  report(
    `4 shards, then 2: ${stored.length} events of ${RULES} rules, ` +
      `${stored.length - distinct.size} of them duplicates`,
  );
});
