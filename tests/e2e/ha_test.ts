import { assert, assertEquals } from "@std/assert";
import { RabbitMq } from "../support/rabbitmq.ts";
import { report } from "../support/report.ts";
import { type LogLine, Sensor } from "../support/sensor.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { payloadOf, QUEUES, World } from "../support/world.ts";
import { onBroker } from "../integration/broker_feed.ts";

/** Seconds, the least there is. */
const HEARTBEAT = 1;
/** Seconds: by silence alone, the broker would learn of an end after two of them. */
const PATIENT_HEARTBEAT = 30;
const SILENCE_MS = 2 * PATIENT_HEARTBEAT * 1000;
const HOLDING = /^Holding the lease/;
const LOST = /^Lost the lease/;
const RULE = {
  ref: "ha.each_second",
  trigger_ref: "core.intervaltimer",
  trigger_params: { interval: 1, unit: "seconds" },
};

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

interface Instance {
  readonly sensor: Sensor;
  /** The host by which it calls the API: its events tell. */
  readonly host: string;
  readonly brokerLink: TcpProxy;
}

/** Two sensors, the first of which fires a rule once a second. */
class Pair implements AsyncDisposable {
  readonly world: World;
  readonly rule: { readonly id: number };
  readonly first: Instance;
  readonly second: Instance;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    world: World,
    rule: { readonly id: number },
    [first, second]: [Instance, Instance],
    stack: AsyncDisposableStack,
  ) {
    this.world = world;
    this.rule = rule;
    this.first = first;
    this.second = second;
    this.#stack = stack;
  }

  static async start(heartbeat = HEARTBEAT): Promise<Pair> {
    await using stack = new AsyncDisposableStack();
    const world = stack.use(await World.on(rabbit));
    const rule = world.platform.rules.silently.create(RULE);
    const first = await instance(world, stack, heartbeat);
    await first.sensor.line(HOLDING);
    const second = await instance(world, stack, heartbeat);
    await first.sensor.line(/^1 other instances stand by/);
    await world.event(rule, 1);
    return new Pair(world, rule, [first, second], stack.move());
  }

  /** Waits for so many events after those that are there. */
  async more(count: number): Promise<void> {
    await this.world.event(this.rule, this.world.eventsOf(this.rule).length + count);
  }

  /** When the second one said that it holds the lease, in epoch milliseconds. */
  async takenAt(): Promise<number> {
    return instantOf(await this.second.sensor.line(HOLDING));
  }

  /** Each second has its event; returns how many have more than one. */
  repeated(): number {
    const ids = this.world.eventsOf(this.rule).map((event) => payloadOf(event).occurrence_id);
    const seconds = Array.from(new Set(ids), (id) => Date.parse(id.split("@")[1] ?? "") / 1000)
      .toSorted((a, b) => a - b);
    assertEquals(seconds.map((it) => it - (seconds[0] ?? 0)), seconds.map((_, index) => index));
    return ids.length - seconds.length;
  }

  /** The events of an instance that came after an instant. */
  firedAfter({ host }: Instance, instant: number): string[] {
    return this.world.eventsOf(this.rule)
      .filter(({ headers, receivedAt }) => headers["host"] === host && receivedAt > instant)
      .map((event) => payloadOf(event).occurrence_id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

async function instance(
  world: World,
  stack: AsyncDisposableStack,
  heartbeat: number,
): Promise<Instance> {
  const api = stack.use(await TcpProxy.start(Number(new URL(world.platform.url).port)));
  const brokerLink = stack.use(await TcpProxy.start(rabbit.port));
  const host = `127.0.0.1:${api.port}`;
  const sensor = stack.use(
    await Sensor.ready({
      ...world.sensor({ ATTUNE_HA: "true" }),
      apiUrl: `http://${host}`,
      mqUrl: `${rabbit.url(brokerLink.port)}?heartbeat=${heartbeat}`,
    }),
  );
  return { sensor, host, brokerLink };
}

function instantOf({ timestamp }: LogLine): number {
  return Date.parse(timestamp);
}

function told(what: string, tookMs: number, repeated: number): void {
  report(`${what}: another fires in ${tookMs} ms, 0 lost, ${repeated} stored again by the same id`);
}

Deno.test("Another instance fires at once after the one that fired was killed", async () => {
  await using pair = await Pair.start(PATIENT_HEARTBEAT);
  const { first, second } = pair;
  const killedAt = Date.now();
  first.sensor.kill("SIGKILL");
  const tookMs = await pair.takenAt() - killedAt;
  assert(tookMs < SILENCE_MS, `Took over in ${tookMs} ms`);
  await pair.more(2);
  const repeated = pair.repeated();
  // The one that was on its way, or of which no checkpoint told yet.
  assert(repeated <= 1);
  assertEquals(await second.sensor.stop(), 0);
  told("kill -9", tookMs, repeated);
});

Deno.test("An instance that stops hands over at once, and nothing is stored twice", async () => {
  await using pair = await Pair.start(PATIENT_HEARTBEAT);
  const { first, second } = pair;
  const askedAt = Date.now();
  assertEquals(await first.sensor.stop(), 0);
  const tookMs = await pair.takenAt() - askedAt;
  assert(tookMs < SILENCE_MS, `Took over in ${tookMs} ms`);
  await pair.more(2);
  assertEquals(pair.repeated(), 0);
  assertEquals(await second.sensor.stop(), 0);
  told("SIGTERM", tookMs, 0);
});

Deno.test("An instance that stood still fires nothing of what another has fired meanwhile", async () => {
  await using pair = await Pair.start();
  const { first, second } = pair;
  const stoppedAt = Date.now();
  first.sensor.kill("SIGSTOP");
  const takenAt = await pair.takenAt();
  await pair.more(2);
  first.sensor.kill("SIGCONT");
  await first.sensor.line(LOST);
  await second.sensor.line(/^1 other instances stand by/);
  await pair.more(2);
  assertEquals(pair.firedAfter(first, takenAt), []);
  const repeated = pair.repeated();
  assert(repeated <= 1);
  const codes = await Promise.all([first.sensor.stop(), second.sensor.stop()]);
  assertEquals(codes, [0, 0]);
  told("SIGSTOP", takenAt - stoppedAt, repeated);
});

Deno.test("An instance that is cut off from the broker stops firing before another begins", async () => {
  await using pair = await Pair.start();
  const { first, second } = pair;
  const cutAt = Date.now();
  first.brokerLink.freeze();
  const lost = await first.sensor.line(LOST);
  assertEquals(lost.message, "Lost the lease, standing by: RabbitMQ does not answer");
  const takenAt = await pair.takenAt();
  const apartMs = takenAt - instantOf(lost);
  assert(apartMs >= 0, `Held on for ${-apartMs} ms too long`);
  await pair.more(3);
  first.brokerLink.thaw();
  await second.sensor.line(/^1 other instances stand by/);
  await pair.more(1);
  assertEquals(pair.firedAfter(first, instantOf(lost)), []);
  // Without the broker it could leave no checkpoint for what it fired until then.
  const repeated = pair.repeated();
  assert(repeated <= 3);
  told(`frozen link, given up ${apartMs} ms before`, takenAt - cutAt, repeated);
});

Deno.test("An instance whose lease several could hold does not run, and says what to do", async () => {
  await using world = await World.on(rabbit);
  await onBroker(rabbit.url(), async (channel) => {
    await channel.deleteQueue(QUEUES.lease);
    await channel.assertQueue(QUEUES.lease, { arguments: { "x-queue-type": "quorum" } });
  });
  await using sensor = await Sensor.start(world.sensor({ ATTUNE_HA: "true" }));
  assertEquals(await sensor.exit(), 2);
  const { message } = sensor.lines.at(-1) ?? { message: "" };
  assert(
    message.startsWith(`Cannot compete for the lease: queue '${QUEUES.lease}' is a quorum queue`),
    message,
  );
});
