import { assert, assertEquals, assertFalse } from "@std/assert";
import { type Clock, systemClock } from "../../src/ground/clock.ts";
import { report } from "../support/report.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { onBroker } from "./broker_feed.ts";
import { Rivals, type WatchedLease } from "./lease_watched.ts";

const HOUR_MS = 3_600_000;
/** Heartbeats after which RabbitMQ gives a silent client up at the earliest. */
const BROKER_HEARTBEATS = 2;
/** A heartbeat, in seconds, with which nothing that happens soon happens by a silence. */
const PATIENT = 30;

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

/** That the lease passed on by what the broker was told, and by no silence that it had to wait for. */
function assertAtOnce(tookMs: number): void {
  assert(tookMs < BROKER_HEARTBEATS * PATIENT * 1000, `Took over in ${tookMs} ms`);
}

/** The first one holds the lease; each has a link of its own. */
async function compete(
  stack: AsyncDisposableStack,
  count: number,
  heartbeat = 5,
): Promise<{ rivals: Rivals; leases: WatchedLease[]; links: TcpProxy[] }> {
  const links: TcpProxy[] = [];
  // Before the links, which they need to close.
  for (let n = 0; n < count; n++) links.push(stack.use(await TcpProxy.start(rabbit.port)));
  const rivals = stack.use(new Rivals());
  for (const { port } of links) {
    rivals.add({ url: `${rabbit.url(port)}?heartbeat=${heartbeat}` });
    await rivals.acquired();
  }
  await rivals.leases[0]?.until(`instances ${count}`);
  return { rivals, leases: rivals.leases, links };
}

/** An address for a user of a test's own, by what it may configure, write and read. */
async function urlFor(user: string, ...permissions: [string, string, string]): Promise<string> {
  await rabbit.ctl("add_user", user, "secret");
  await rabbit.ctl("set_permissions", user, ...permissions);
  return `amqp://${user}:secret@127.0.0.1:${rabbit.port}`;
}

Deno.test("One of three holds the lease and counts them, and another takes over from it without waiting for a silence", async () => {
  await using stack = new AsyncDisposableStack();
  const { rivals, leases: [first, ...others], links: [link] } = await compete(stack, 3, PATIENT);
  assert(first && link);
  assertEquals([first.isHeld, rivals.held], [true, 1]);
  assertEquals(others.flatMap(({ lines }) => lines), []);
  const cutAt = performance.now();
  await Promise.all([link.refuse(), first.until("lost")]);
  assertFalse(first.isHeld);
  const lost = await first.until("lost");
  assertEquals(lost.line, "lost: the connection to RabbitMQ ended");
  const next = await rivals.acquired(rivals.told.indexOf(lost));
  assert(next.lease !== first && next.lease.isHeld);
  assertAtOnce(next.at - cutAt);
  await next.lease.until("instances 2");
  await link.pass();
  await next.lease.until("instances 3");
  assertEquals(rivals.held, 1);
  report(
    `connection reset: noticed in ${Math.round(lost.at - cutAt)} ms, ` +
      `another holds the lease in ${Math.round(next.at - cutAt)} ms`,
  );
});

Deno.test("A lease that is given up passes on without waiting for a silence", async () => {
  await using stack = new AsyncDisposableStack();
  const { rivals, leases: [first, second] } = await compete(stack, 2, PATIENT);
  assert(first && second);
  const from = performance.now();
  const given = first[Symbol.asyncDispose]();
  assertFalse(first.isHeld);
  const [{ at }] = await Promise.all([second.until("acquired"), given]);
  assertAtOnce(at - from);
  await second.until("instances 1");
  // It was not taken away.
  assertEquals(first.lines, ["acquired", "instances 1", "instances 2"]);
  assertEquals(rivals.held, 1);
  report(`given up: another holds the lease in ${Math.round(at - from)} ms`);
});

Deno.test("A holder whose link swallows everything gives up before another can hold the lease", async () => {
  await using stack = new AsyncDisposableStack();
  const { rivals, leases: [first, second], links: [link] } = await compete(stack, 2, 1);
  assert(first && second && link);
  const cutAt = performance.now();
  link.freeze();
  const lost = await first.until("lost");
  assertFalse(first.isHeld);
  assertEquals(lost.line, "lost: RabbitMQ does not answer");
  const acquired = await second.until("acquired");
  assertEquals([first.isHeld, second.isHeld], [false, true]);
  assert(lost.at < acquired.at);
  link.thaw();
  await second.until("instances 2");
  await second.proven();
  assertEquals([first.isHeld, rivals.held], [false, 1]);
  report(
    `frozen link, heartbeat 1: given up in ${Math.round(lost.at - cutAt)} ms, ` +
      `another holds the lease in ${Math.round(acquired.at - cutAt)} ms`,
  );
});

Deno.test("A heartbeat of the broker's own that is shorter makes the lease shorter", async () => {
  await using stack = new AsyncDisposableStack();
  await rabbit.ctl("eval", "application:set_env(rabbit, heartbeat, 1).");
  stack.defer(() =>
    rabbit.ctl("eval", "application:set_env(rabbit, heartbeat, 60).").then(() => {})
  );
  const { leases: [first, second], links: [link] } = await compete(stack, 2, PATIENT);
  assert(first && second && link);
  const cutAt = performance.now();
  link.freeze();
  const lost = await first.until("lost");
  // Sooner than by one heartbeat of its own.
  assert(lost.at - cutAt < PATIENT * 1000, `Given up after ${lost.at - cutAt} ms`);
  const acquired = await second.until("acquired");
  assert(lost.at < acquired.at);
});

Deno.test("A link that hangs for less than the broker's patience leaves the lease where it is", async () => {
  await using stack = new AsyncDisposableStack();
  const { rivals, leases: [first, second], links: [link] } = await compete(stack, 2, 5);
  assert(first && second && link);
  const frozenAt = performance.now();
  link.freeze();
  const { at } = await first.until("lost");
  assert(at - frozenAt < BROKER_HEARTBEATS * 5000);
  link.thaw();
  await first.until("acquired", 2);
  await first.proven(2);
  assertEquals(second.lines, []);
  assertEquals([first.isHeld, rivals.held], [true, 1]);
});

Deno.test("A broker short of memory takes the lease from nobody, and gives it to the next one", async () => {
  await using stack = new AsyncDisposableStack();
  const { leases: [first, second] } = await compete(stack, 2, PATIENT);
  assert(first && second);
  await rabbit.ctl("set_vm_memory_high_watermark", "0.0001");
  stack.defer(() => rabbit.ctl("set_vm_memory_high_watermark", "0.4").then(() => {}));
  await first.proven(4);
  assert(first.isHeld);
  assertEquals(first.lines, ["acquired", "instances 1", "instances 2"]);
  const from = performance.now();
  await first[Symbol.asyncDispose]();
  const { at } = await second.until("acquired");
  assertAtOnce(at - from);
  await second.proven(2);
  assertEquals(second.lines, ["acquired", "instances 1"]);
});

Deno.test("A holder whose queue is deleted loses the lease at once, and one gets it anew", async () => {
  await using stack = new AsyncDisposableStack();
  const { rivals, leases: [first] } = await compete(stack, 3);
  assert(first);
  const from = rivals.told.length;
  await onBroker(rabbit.url(), (channel) => channel.deleteQueue(rivals.queue));
  const lost = await first.until("lost");
  assertEquals(lost.line, "lost: the connection to RabbitMQ ended");
  await first.until(`disconnected cancelled: RabbitMQ cancelled the consumer of '${rivals.queue}'`);
  const { lease } = await rivals.acquired(from);
  await lease.until("instances 3");
  await lease.proven(2);
  assertEquals(rivals.held, 1);
});

Deno.test("Exactly one holds the lease after the broker was killed and started again", async () => {
  await using stack = new AsyncDisposableStack();
  const { rivals, leases } = await compete(stack, 3);
  const [first] = leases;
  const from = rivals.told.length;
  await Promise.all([rabbit.kill9(), first?.until("lost")]);
  assertEquals(rivals.held, 0);
  await rabbit.restart();
  const backAt = performance.now();
  const { lease, at } = await rivals.acquired(from);
  await lease.until("instances 3");
  await lease.proven(2);
  assertEquals(rivals.held, 1);
  const acquisitions = rivals.told.slice(from).filter(({ line }) => line === "acquired");
  assertEquals(acquisitions.length, 1);
  report(`kill -9 of the broker: the lease is held ${Math.round(at - backAt)} ms after it is back`);
});

Deno.test("Who may not make the queue is warned and never holds the lease", async () => {
  await using rivals = new Rivals();
  const lease = rivals.add({ url: await urlFor("lease1", "^$", ".*", ".*") });
  const { line } = await lease.until("warning");
  assertEquals(
    line,
    `warning: Cannot use queue '${rivals.queue}': ACCESS_REFUSED - access to queue ` +
      `'${rivals.queue}' in vhost '/' refused for user 'lease1'`,
  );
  assertFalse(lease.isHeld);
});

Deno.test("Who may not read the queue is told of it and never holds the lease", async () => {
  await using rivals = new Rivals();
  const lease = rivals.add({ url: await urlFor("lease2", ".*", ".*", "^$"), backoff: () => 20 });
  const { line } = await lease.until("disconnected", 2);
  assertEquals(
    line,
    `disconnected refused: RabbitMQ at amqp://127.0.0.1:${rabbit.port}/ refused an operation: ` +
      `ACCESS_REFUSED - access to queue '${rivals.queue}.instances' in vhost '/' refused for user 'lease2'`,
  );
  assertFalse(lease.isHeld);
});

Deno.test("A wall clock that is set, either way, leaves the lease in doubt until the next proof", async () => {
  await using rivals = new Rivals();
  let offsetMs = 0;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + offsetMs };
  const lease = rivals.add({ url: rabbit.url(), clock });
  await lease.until("instances 1");
  for (const stepMs of [HOUR_MS, -HOUR_MS]) {
    assert(lease.isHeld);
    offsetMs += stepMs;
    assertFalse(lease.isHeld);
    await lease.proven();
  }
  assert(lease.isHeld);
  assertEquals(lease.lines, ["acquired", "instances 1"]);
});
