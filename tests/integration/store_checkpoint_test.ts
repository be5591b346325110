import { Buffer } from "node:buffer";
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { BrokerError } from "../../src/broker/fault.ts";
import type { Checkpoint } from "../../src/domain/checkpoint.ts";
import { startBroker } from "../../src/dev/amqp/broker.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { onBroker } from "./broker_feed.ts";
import { depth, openWatched, prepared } from "./store_watched.ts";

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

/** The product's own broker, of `deno task dev`, has to do as RabbitMQ does. */
const BROKERS: Readonly<Record<string, () => AsyncDisposable & { readonly url: string }>> = {
  RabbitMQ: () => ({ url: rabbit.url(), [Symbol.asyncDispose]: () => Promise.resolve() }),
  "the double": startBroker,
};

/** The `number`th checkpoint of a process. */
function checkpoint(number: number): Checkpoint {
  const at = Date.UTC(2025, 0, 2, 3, 4, 5, 678) + number;
  return { at, writtenAt: at + 1000 };
}

for (const [name, start] of Object.entries(BROKERS)) {
  const test = (sentence: string, body: (url: string) => Promise<void>) =>
    Deno.test(`${sentence} (${name})`, async () => {
      await using broker = start();
      await body(broker.url);
    });

  test("There is no checkpoint at first, and then the one that was written", async (url) => {
    await using watched = await openWatched(url);
    assertEquals(await watched.checkpoint.read(), null);
    await watched.checkpoint.write(checkpoint(1));
    assertEquals(await watched.checkpoint.read(), checkpoint(1));
    await using other = await openWatched(url, { prefix: watched.prefix });
    assertEquals(await other.checkpoint.read(), checkpoint(1));
    assertEquals(await watched.checkpoint.read(), checkpoint(1));
    assertEquals([watched.told("up"), other.lines], [["up 0"], ["up 0"]]);
    assertEquals(watched.told("warning").length, 1);
  });

  test("Of a hundred checkpoints the last one is left", async (url) => {
    await using watched = await openWatched(url);
    for (let number = 1; number <= 100; number++) {
      await watched.checkpoint.write(checkpoint(number));
    }
    assertEquals(await depth(url, `${watched.prefix}.checkpoint`), 1);
    assertEquals(await watched.checkpoint.read(), checkpoint(100));
  });

  test("A checkpoint that is read while another is written does not come back over it", async (url) => {
    await using watched = await openWatched(url);
    await using reader = await openWatched(url, { prefix: watched.prefix });
    await watched.checkpoint.write(checkpoint(0));
    let last = 0;
    const writing = (async () => {
      while (last < 100) await watched.checkpoint.write(checkpoint(++last));
    })();
    const seen: number[] = [];
    while (last < 100) seen.push((await reader.checkpoint.read())?.writtenAt ?? NaN);
    await writing;
    assertEquals(seen.filter(Number.isNaN), []);
    assertEquals(seen, seen.toSorted((a, b) => a - b));
    assertEquals(await reader.checkpoint.read(), checkpoint(100));
    assertEquals(await depth(url, `${watched.prefix}.checkpoint`), 1);
  });

  test("Of two checkpoints the newer one counts, wherever it is in the queue", async (url) => {
    const prefix = await prepared(url, { checkpoint: {} });
    await using watched = await openWatched(url, { prefix });
    for (const number of [1, 3, 2]) await watched.checkpoint.write(checkpoint(number));
    assertEquals(await watched.checkpoint.read(), checkpoint(3));
    assertEquals(await depth(url, `${prefix}.checkpoint`), 3);
  });

  test("A text that is no checkpoint is told of once and counts as none", async (url) => {
    await using watched = await openWatched(url);
    await onBroker(url, async (channel) => {
      const queue = `${watched.prefix}.checkpoint`;
      await channel.checkQueue(queue);
      channel.sendToQueue(queue, Buffer.from('{"version":2}'));
    });
    assertEquals(await watched.checkpoint.read(), null);
    assertEquals(await watched.checkpoint.read(), null);
    const [warning, ...others] = watched.told("warning");
    assert(
      warning?.startsWith("warning: Ignored a checkpoint that cannot be read: version: "),
      warning,
    );
    assertEquals(others, []);
    await watched.checkpoint.write(checkpoint(1));
    assertEquals(await watched.checkpoint.read(), checkpoint(1));
  });

  test("A checkpoint whose queue is deleted is refused, and then goes into a new one", async (url) => {
    await using watched = await openWatched(url);
    await onBroker(url, (channel) => channel.deleteQueue(`${watched.prefix}.checkpoint`));
    const error = await assertRejects(() => watched.checkpoint.write(checkpoint(1)), BrokerError);
    assertEquals(error.fault, "refused");
    await watched.until("up", 2);
    assertEquals(watched.lines, [
      "up 0",
      "down",
      `lost refused: There is no queue '${watched.prefix}.checkpoint' any more`,
      "up 0",
    ]);
    await watched.checkpoint.write(checkpoint(2));
    assertEquals(await watched.checkpoint.read(), checkpoint(2));
  });

  test("A store that is closed has no checkpoint and takes none", async (url) => {
    const watched = await openWatched(url);
    await watched.checkpoint.write(checkpoint(1));
    assert(watched.checkpoint.isUp);
    await watched[Symbol.asyncDispose]();
    assertFalse(watched.checkpoint.isUp);
    await assertRejects(() => watched.checkpoint.read(), BrokerError, "out of reach");
    const error = await assertRejects(() => watched.checkpoint.write(checkpoint(2)), BrokerError);
    assertEquals([error.fault, error.message], ["lost", "RabbitMQ is out of reach"]);
  });
}
