import { assert, assertEquals, assertLess, assertNotMatch } from "@std/assert";
import { ByteWriter } from "../../src/dev/amqp/bytes.ts";
import { FrameType } from "../../src/dev/amqp/frames.ts";
import { readRuleMessage } from "../../src/broker/rule_message.ts";
import { Random } from "../chaos/random.ts";
import { RawClient } from "../dev/amqp/raw_client.ts";
import { BareTimer } from "../support/bare_timer.ts";
import { type Draft, drained, flood, peakMemoryMb } from "../support/flood.ts";
import { IS_FULL } from "../support/full.ts";
import { mutant, type Subject } from "../support/mutants.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { report } from "../support/report.ts";
import { RunningTimers } from "../support/running_timers.ts";
import { Sensor } from "../support/sensor.ts";
import { World } from "../support/world.ts";
import { Feed, onBroker, publish, ruleMessage } from "./broker_feed.ts";

const MESSAGES = IS_FULL ? 100_000 : 3000;
const HUGE_MESSAGES = IS_FULL ? 10 : 1;
const HUGE_BYTES = 50_000_000;
const RUNNING = 20;
const SEED = Deno.env.get("ATTUNE_TEST_SEED") ?? "1";
/** Where nobody else is busy: stand-in, broker and sensor share the machine. */
const LATEST_MS = 2000;
/** The runtime with the program, a huge message in parts and as a whole, and what is not collected yet. */
const MEMORY_MB = 120 + 2 * HUGE_BYTES / 1e6 + 200;
/** A reason, an excerpt and what stands in every line. */
const LONGEST_LINE = 2000;

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

/** The messages, and how many of them ought to be unreadable. */
class Fuzz {
  unreadable = 0;
  readonly #random = new Random(SEED);
  readonly #subjects: readonly Subject[];

  constructor(subjects: readonly Subject[]) {
    this.#subjects = subjects;
  }

  *drafts(): Generator<Draft> {
    const every = Math.floor(MESSAGES / HUGE_MESSAGES);
    for (let n = 0; n < MESSAGES; n++) {
      const draft = n % every === every - 1 ? this.#huge() : mutant(this.#random, this.#subjects);
      if (!readRuleMessage(draft.content, draft.options?.timestamp).ok) this.unreadable++;
      yield draft;
    }
  }

  #huge(): Draft {
    const content = new Uint8Array(HUGE_BYTES).fill(this.#random.pick([0x20, 0x5b, 0x78]));
    return { key: "rule.created", content };
  }
}

/** What a log must not hold: controls, and what turns the direction of text or breaks lines. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

/** The lines of a sensor that took some of it seriously. */
const DISTURBANCE =
  /^(Timer (started|stopped)|Took the message|Failed|Refused|Rule|Connected|Lost|Threw away)/;

/** Checks that the log tells of all unreadable messages in short lines, alike ones by their number. */
function checkLog(sensor: Sensor, from: number, unreadable: number): void {
  const lines = sensor.lines.slice(from);
  const ignored = lines.filter(({ message }) => message.startsWith("Cannot read a message"));
  assertEquals(ignored.reduce((sum, { repeats = 1 }) => sum + Number(repeats), 0), unreadable);
  assertEquals(lines.filter(({ message }) => DISTURBANCE.test(message)), []);
  for (const text of sensor.output) {
    assertNotMatch(text, UNPRINTABLE);
    assertLess(text.length, LONGEST_LINE);
  }
  for (const { message, excerpt } of ignored) {
    assert(typeof excerpt === "string" && excerpt.length <= 200, message);
    assertNotMatch(excerpt + message, UNPRINTABLE);
  }
}

for (const isUnread of [false, true]) {
  const reader = isUnread ? "whose log nobody reads" : "whose log is read";
  Deno.test(`${MESSAGES} messages of no sense disturb no timer of a sensor ${reader}`, async () => {
    await using world = await World.on(rabbit);
    await using bare = await BareTimer.start();
    using timers = new RunningTimers(world.platform, RUNNING);
    await using sensor = await Sensor.start({ ...world.sensor(), isUnread });
    await timers.passed(Date.now());
    const idleMb = await peakMemoryMb(sensor.pid);
    const from = sensor.output.length;

    const fuzz = new Fuzz([...timers.rules, { id: 1_000_000, ref: "no.rule" }]);
    const began = performance.now();
    assertEquals(await flood(rabbit.url(), "attune.events", fuzz.drafts()), MESSAGES);
    await drained(world);
    const tookMs = performance.now() - began;
    await timers.passed(Date.now());
    const peakMb = await peakMemoryMb(sensor.pid);
    assertEquals([await sensor.stop(), sensor.stderr], [0, ""]);

    report(
      `${MESSAGES} messages absorbed in ${Math.round(tookMs)} ms, ${fuzz.unreadable} unreadable ` +
        `(${idleMb} MB before, ${peakMb} MB at most); ${timers.events} events, fired at most ` +
        `${timers.greatestDelayMs} ms late, stored at most ${timers.greatestLatenessMs} ms late`,
    );
    assertEquals(timers.problems, []);
    assertLess(timers.greatestDelayMs, bare.limitMs(LATEST_MS));
    assertLess(timers.greatestLatenessMs, bare.limitMs(LATEST_MS));
    assertLess(peakMb, MEMORY_MB);
    if (!isUnread) checkLog(sensor, from, fuzz.unreadable);
  });
}

Deno.test("Messages of no sense are each told and acknowledged once, and leave no trace", async () => {
  await using feed = new Feed(rabbit.url());
  await feed.ready();
  const before = traces();
  const fuzz = new Fuzz([{ id: 7, ref: "some.rule" }]);
  await flood(rabbit.url(), feed.exchange, fuzz.drafts());
  await feed.until("", MESSAGES + 1);
  await feed.listener.stop();
  assertEquals(feed.told("unreadable").length, fuzz.unreadable);
  assertEquals(feed.changes.length, MESSAGES - fuzz.unreadable);
  assertEquals(feed.lines.length, MESSAGES + 1);
  assertEquals(await onBroker(rabbit.url(), (channel) => channel.checkQueue(feed.queue)), {
    queue: feed.queue,
    messageCount: 0,
    consumerCount: 0,
  });
  assertEquals(traces(), before);
});

/** Everything that all objects would have in common. */
function traces(): string[] {
  return [Object.prototype, Array.prototype, Function.prototype]
    .flatMap((prototype) => Reflect.ownKeys(prototype).map(String));
}

/** Headers that are tables within tables, as many as there is room for in a frame. */
function nestedHeaders(depth: number): Uint8Array {
  const [nameless, table] = [0, "F".charCodeAt(0)];
  const headers = new ByteWriter().long(6 * depth);
  for (let within = depth - 1; within >= 0; within--) {
    headers.octet(nameless).octet(table).long(6 * within);
  }
  return headers.finish();
}

/** Publishes a sound message with such headers, in bytes: the library would not write them. */
async function publishNested(exchange: string, depth: number): Promise<void> {
  using client = await RawClient.open(rabbit.url());
  const body = new TextEncoder().encode(ruleMessage(1));
  const hasHeaders = 1 << 13;
  await client.method(
    1,
    60,
    40,
    (it) => it.short(0).shortstr(exchange).shortstr("rule.created").octet(0),
  );
  const header = new ByteWriter().short(60).short(0).longlong(BigInt(body.length));
  header.short(hasHeaders).bytes(nestedHeaders(depth));
  await client.frame(FrameType.header, 1, header.finish());
  await client.frame(FrameType.body, 1, body);
  await client.method(1, 20, 40, (it) => it.short(200).shortstr("").short(0).short(0));
  await client.expect(20, 41);
}

Deno.test("Headers nested as deeply as a frame allows hold up the feed only once", async () => {
  await using feed = new Feed(rabbit.url());
  await feed.ready();
  await publishNested(feed.exchange, 1000);
  await feed.until("change 1");
  await publishNested(feed.exchange, 20_000);
  await feed.until("warning: Threw away");
  await publish(rabbit.url(), feed.exchange, [ruleMessage(2)]);
  await feed.until("change 2");
  assertEquals(feed.told("down").every((line) => line.startsWith("down undecodable")), true);
});
