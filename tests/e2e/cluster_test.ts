import { assert, assertEquals } from "@std/assert";
import { RabbitCluster } from "../support/rabbitmq_cluster.ts";
import { report } from "../support/report.ts";
import { Sensor, type SensorOptions } from "../support/sensor.ts";
import { payloadOf, QUEUES, World } from "../support/world.ts";

const RULE = {
  ref: "cluster.each_second",
  trigger_ref: "core.intervaltimer",
  trigger_params: { interval: 1, unit: "seconds", on_missed: "all" },
};
const HOLDING = /^Holding the lease/;

let cluster: RabbitCluster;
Deno.test.beforeAll(async () => {
  cluster = await RabbitCluster.start(3);
});
Deno.test.afterAll(() => cluster[Symbol.asyncDispose]());

/** A world whose sensors know all nodes, and whose queues are on the third one. */
async function worldOn(stack: AsyncDisposableStack, env: Readonly<Record<string, string>> = {}) {
  const world = stack.use(await World.on(cluster.node(1)));
  const rule = world.platform.rules.silently.create(RULE);
  const hosts = cluster.nodes.map(({ port }) => `127.0.0.1:${port}`).join(",");
  const options: SensorOptions = {
    ...world.sensor(env),
    mqUrl: `amqp://guest:guest@${hosts}/?heartbeat=1`,
  };
  // A classic queue is where it was made.
  await using maker = await Sensor.ready({ ...options, mqUrl: cluster.node(3).url() });
  await maker.line(/^The outbox is ready/);
  if (env["ATTUNE_HA"] === "true") await maker.line(HOLDING);
  assertEquals(await maker.stop(), 0);
  return { world, rule, options };
}

/** The instants of a rule's events in seconds, each once; fails where one between the first and the last is missing. */
function seconds(world: World, rule: { readonly id: number }): { count: number; repeated: number } {
  const ids = world.eventsOf(rule).map((event) => payloadOf(event).occurrence_id);
  const all = Array.from(new Set(ids), (id) => Date.parse(id.split("@")[1] ?? "") / 1000)
    .toSorted((a, b) => a - b);
  assertEquals(all.map((it) => it - (all[0] ?? 0)), all.map((_, index) => index));
  return { count: all.length, repeated: ids.length - all.length };
}

Deno.test("Two instances whose lease is on a node that is killed fire again once it is back, and lose nothing", async () => {
  await using stack = new AsyncDisposableStack();
  const { world, rule, options } = await worldOn(stack, { ATTUNE_HA: "true" });
  const sensors = [stack.use(await Sensor.ready(options)), stack.use(await Sensor.ready(options))];
  await world.event(rule, world.eventsOf(rule).length + 2);
  await cluster.node(3).kill9();
  const away = await Promise.any(
    sensors.map((it) => it.line(/^The lease is out of reach: .*home node/)),
  );
  assert(away.message.includes(QUEUES.lease), away.message);
  await cluster.node(3).restart();
  const backAt = performance.now();
  await world.event(rule, world.eventsOf(rule).length + 3);
  const tookMs = Math.round(performance.now() - backAt);
  const { count, repeated } = seconds(world, rule);
  assert(repeated <= 3, `${repeated} came twice`);
  for (const sensor of sensors) assertEquals(await sensor.stop(), 0);
  report(
    `HA, the lease's node killed: 3 more events ${tookMs} ms after it is back; ${count} due, ` +
      `0 lost, ${repeated} stored again by the same id`,
  );
});

Deno.test("A sensor whose queues are on a node that is down fires on; one that starts meanwhile waits for them, and loses nothing", async () => {
  await using stack = new AsyncDisposableStack();
  const { world, rule, options } = await worldOn(stack);
  const first = stack.use(await Sensor.ready(options));
  await world.event(rule, world.eventsOf(rule).length + 2);
  await cluster.node(3).kill9();
  await first.line(/^The outbox is out of reach: .*home node/);
  await world.event(rule, world.eventsOf(rule).length + 2);
  first.kill("SIGKILL");
  const second = stack.use(await Sensor.start(options));
  await second.line(/home node .* is down or inaccessible/);
  await cluster.node(3).restart();
  const resumed = await second.line(/^Resuming from the checkpoint|^No checkpoint yet/);
  assert(resumed.message.startsWith("Resuming"), resumed.message);
  await world.event(rule, world.eventsOf(rule).length + 3);
  const { count, repeated } = seconds(world, rule);
  assertEquals(await second.stop(), 0);
  report(
    `single, its queues' node and itself killed: ${count} due, 0 lost, ${repeated} stored again by the same id`,
  );
});
