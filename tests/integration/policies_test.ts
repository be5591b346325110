import { assert, assertEquals } from "@std/assert";
import { layoutText } from "../../src/broker/layout_text.ts";
import { firstLayout } from "../../src/domain/layout.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { contents, depth, eventOf, newPrefix, openWatched, WatchedStore } from "./store_watched.ts";

const CHECKPOINT = { at: Date.UTC(2025, 0, 2), writtenAt: Date.UTC(2025, 0, 3) };

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

/** Sets a policy on all queues of a store, for as long as the test goes on. */
async function policy(
  prefix: string,
  definition: Readonly<Record<string, unknown>>,
  pattern = `^${prefix}`,
): Promise<AsyncDisposable> {
  await rabbit.ctl(
    "set_policy",
    prefix,
    pattern,
    JSON.stringify(definition),
    "--apply-to",
    "queues",
  );
  return { [Symbol.asyncDispose]: () => rabbit.ctl("clear_policy", prefix).then(() => {}) };
}

Deno.test("A policy that lets messages expire is told of while the sensor runs, and the layout is written again", async () => {
  const prefix = newPrefix();
  await using stack = new AsyncDisposableStack();
  const inForce = await policy(prefix, { "message-ttl": 1500 });
  const watched = stack.use(new WatchedStore(rabbit.url(), { prefix }));
  assertEquals(await watched.until("gone"), `gone: ${prefix}.layout`);
  await watched.until("gone", 2);
  await inForce[Symbol.asyncDispose]();
  const [text] = await contents(rabbit.url(), `${prefix}.layout`, 1);
  assertEquals(text?.content.toString(), layoutText(firstLayout(1)));
  assertEquals(watched.told("lost"), []);
});

Deno.test("A policy that deletes unused queues is told of while the sensor runs, and they are made again", async () => {
  await using watched = await openWatched(rabbit.url());
  {
    await using _policy = await policy(watched.prefix, { expires: 1500 });
    const lost = await watched.until("lost");
    assert(
      lost.startsWith(`lost refused: There is no queue '${watched.prefix}.layout' any more. `) &&
        lost.includes("let none with message-ttl, expires, max-length"),
      lost,
    );
  }
  await watched.until("up", 2);
  await watched.checkpoint.write(CHECKPOINT);
  assertEquals(await watched.checkpoint.read(), CHECKPOINT);
  assertEquals(await depth(rabbit.url(), `${watched.prefix}.layout`), 1);
});

for (
  const [name, definition] of [
    ["lets messages expire", { "message-ttl": 500 }],
    ["moves messages elsewhere", { "message-ttl": 500, "dead-letter-exchange": "amq.fanout" }],
  ] as const
) {
  Deno.test(`A policy that ${name} is told of as soon as it has taken events from the outbox`, async () => {
    await using watched = await openWatched(rabbit.url());
    await using _policy = await policy(watched.prefix, definition, `^${watched.prefix}.outbox$`);
    for (let number = 1; number <= 5; number++) await watched.outbox.put(eventOf(number));
    assertEquals(await watched.until("missing"), "missing 5");
  });
}

Deno.test("An operator who empties the outbox is told so", async () => {
  await using watched = await openWatched(rabbit.url());
  for (let number = 1; number <= 3; number++) await watched.outbox.put(eventOf(number));
  await rabbit.purge(`${watched.prefix}.outbox`);
  assertEquals(await watched.until("missing"), "missing 3");
  await watched.outbox.put(eventOf(4));
  watched.outbox.handOut();
  const [parcel] = await watched.handedOut(1);
  parcel?.ack();
});

Deno.test("A policy that shortens queues refuses events of the outbox, and takes none", async () => {
  await using watched = await openWatched(rabbit.url());
  await using _policy = await policy(
    watched.prefix,
    { "max-length": 2 },
    `^${watched.prefix}.outbox$`,
  );
  const puts = await Promise.allSettled([1, 2, 3, 4].map((n) => watched.outbox.put(eventOf(n))));
  assertEquals(puts.filter(({ status }) => status === "rejected").length, 2);
  assertEquals(await depth(rabbit.url(), `${watched.prefix}.outbox`), 2);
});
