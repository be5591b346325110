import { assert, assertEquals, assertRejects } from "@std/assert";
import { report } from "../support/report.ts";
import { RabbitCluster } from "../support/rabbitmq_cluster.ts";
import { Feed, patiently } from "./broker_feed.ts";
import { Rivals } from "./lease_watched.ts";
import { depth, eventOf, openWatched, prepared } from "./store_watched.ts";

const CHECKPOINT = { at: Date.UTC(2025, 0, 2), writtenAt: Date.UTC(2025, 0, 3) };

let cluster: RabbitCluster;
Deno.test.beforeAll(async () => {
  cluster = await RabbitCluster.start(3);
});
Deno.test.afterAll(() => cluster[Symbol.asyncDispose]());

Deno.test("A store whose queues are on a node that is killed is out of reach until that is back, and nothing is missing then", async () => {
  const [near, far] = [cluster.node(1), cluster.node(3)];
  // A classic queue is where it was declared.
  const prefix = await prepared(far.url());
  await using watched = await openWatched(near.url(), { prefix });
  await watched.checkpoint.write(CHECKPOINT);
  await watched.outbox.put(eventOf(1));
  watched.outbox.handOut();
  await watched.handedOut(1);
  await far.kill9();
  await watched.until("lost queue_out_of_reach");
  const [line = ""] = watched.told("lost queue_out_of_reach");
  assert(line.includes(`'${prefix}.layout'`) && line.includes(" is down or inaccessible"), line);
  assert(!watched.outbox.isUp && !watched.checkpoint.isUp);
  await assertRejects(() => watched.checkpoint.read());
  const ups = watched.told("up").length;
  await far.restart();
  await watched.until("up", ups + 1);
  assertEquals(await watched.checkpoint.read(), CHECKPOINT);
  await watched.handedOut(2);
  assertEquals(watched.told("warning"), []);
});

Deno.test("A node that stands still is out of reach within seconds, and so is a store that has its queues there", async () => {
  const [near, far] = [cluster.node(1), cluster.node(3)];
  const prefix = await prepared(far.url());
  await using watched = await openWatched(near.url(), { prefix });
  await watched.checkpoint.write(CHECKPOINT);
  const frozenAt = performance.now();
  await far.freeze();
  try {
    await assertRejects(() => watched.checkpoint.read());
    await watched.until("lost unanswered");
    report(`a node stands still: noticed in ${Math.round(performance.now() - frozenAt)} ms`);
    await assertRejects(() => watched.checkpoint.read());
  } finally {
    await far.thaw();
  }
  await watched.until("up", 2);
  assertEquals(await watched.checkpoint.read(), CHECKPOINT);
});

Deno.test("A lease whose node is killed is held by nobody, and by one again as soon as the node is back", async () => {
  const [near, far] = [cluster.node(1), cluster.node(3)];
  await using rivals = new Rivals();
  // The first one makes the queue, on the node that it is connected to.
  rivals.add({ url: far.url() });
  await rivals.acquired();
  rivals.add({ url: near.url() });
  rivals.add({ url: near.url() });
  await rivals.leases[0]?.until("instances 3");
  const [from, killedAt] = [rivals.told.length, performance.now()];
  await far.kill9();
  const away = await rivals.when(
    () => rivals.told.find(({ line }) => line.startsWith("disconnected queue_out_of_reach")),
    "out of reach",
  );
  assert(away.line.includes(`'${rivals.queue}'`), away.line);
  assertEquals(rivals.held, 0);
  await far.restart();
  const backAt = performance.now();
  const { at } = await rivals.acquired(from);
  assertEquals(rivals.held, 1);
  report(
    `the lease's node killed and back after ${Math.round(backAt - killedAt)} ms: held again ` +
      `${Math.round(at - backAt)} ms later`,
  );
});

Deno.test("A listener whose queue is on a node that is down says so, and hears again once that is back", async () => {
  const [near, far] = [cluster.node(1), cluster.node(3)];
  const made = new Feed(far.url());
  await made.ready();
  await made[Symbol.asyncDispose]();
  await far.kill9();
  const { exchange, queue } = made;
  await using feed = new Feed(near.url(), { exchange, queue });
  const line = await feed.until("down queue_out_of_reach");
  assert(line.includes(`'${queue}'`), line);
  assertEquals(feed.listener.trouble?.fault, "queue_out_of_reach");
  await far.restart();
  await patiently(feed.listener.ready, () => feed.lines.join("\n"));
  assertEquals(await depth(near.url(), queue), 0);
});
