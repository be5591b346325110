import { assertEquals } from "@std/assert";
import type { Channel, ConfirmChannel, GetMessage, Options } from "amqplib";
import * as fc from "fast-check";
import { startBroker } from "../../src/dev/amqp/broker.ts";
import { Client, confirmed, failure } from "../dev/amqp/client.ts";
import { prepare, REFUSALS } from "../dev/amqp/refusals.ts";
import { TOPICS } from "../dev/amqp/topics.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { PATIENCE_MS } from "../support/patience.ts";

const RUNS = 40;

// Those that lose nothing on their own, so that the messages can be counted.
const GRAVES = { deadLetterExchange: "graves" };
const QUEUES: Readonly<Record<string, Options.AssertQueue>> = {
  plain: {},
  bounded: { ...GRAVES, maxLength: 3 },
  refusing: { ...GRAVES, maxLength: 2, arguments: { "x-overflow": "reject-publish" } },
  grave: {},
};
const NAMES = Object.keys(QUEUES);

type Step =
  | { readonly do: "publish" | "get" | "purge"; readonly queue: string }
  | {
    readonly do: "ack" | "requeue" | "reject";
    readonly which: number;
    readonly multiple: boolean;
  };

const queue = fc.constantFrom(...NAMES);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant("publish" as const), queue }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("get" as const), queue }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("purge" as const), queue }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom("ack" as const, "requeue" as const, "reject" as const),
        which: fc.nat({ max: 5 }),
        multiple: fc.boolean(),
      }),
    },
  ),
  { minLength: 10, maxLength: 60 },
);

/** Does the same steps on any broker and notes what can be seen of it. */
class Player {
  readonly #channel: ConfirmChannel;
  readonly #held: { readonly queue: string; readonly message: GetMessage }[] = [];
  #published = 0;
  /** How many messages ought to be in the queues. */
  #inQueues = 0;

  private constructor(channel: ConfirmChannel) {
    this.#channel = channel;
  }

  static async play(client: Client, steps: readonly Step[]): Promise<string[]> {
    const channel = await client.confirmChannel();
    await channel.assertExchange("graves", "fanout");
    for (const [name, options] of Object.entries(QUEUES)) {
      await channel.deleteQueue(name);
      await channel.assertQueue(name, options);
    }
    await channel.bindQueue("grave", "graves", "");
    const player = new Player(channel);
    const notes: string[] = [];
    for (const step of steps) {
      notes.push(`${JSON.stringify(step)}: ${await player.#do(step)}; ${await player.#depths()}`);
    }
    await channel.close();
    return notes;
  }

  async #do(step: Step): Promise<string> {
    switch (step.do) {
      case "publish":
        return await this.#publish(step.queue);
      case "get":
        return await this.#get(step.queue);
      case "purge":
        return await this.#purge(step.queue);
      default:
        return this.#settle(step);
    }
  }

  async #publish(queue: string): Promise<string> {
    const isTaken = await confirmed(this.#channel, "", queue, String(this.#published++));
    if (isTaken) this.#inQueues++;
    return isTaken ? "taken" : "refused";
  }

  async #get(queue: string): Promise<string> {
    const message = await this.#channel.get(queue);
    if (!message) return "empty";
    this.#held.push({ queue, message });
    this.#inQueues--;
    const { deliveryTag, redelivered, exchange, routingKey, messageCount } = message.fields;
    const deaths = message.properties.headers?.["x-death"]?.map(({ reason, queue, count }) =>
      `${reason} in ${queue} ${count}`
    );
    const fields = [deliveryTag, redelivered, exchange, routingKey, messageCount];
    return `${message.content} ${fields} ${deaths}`;
  }

  async #purge(queue: string): Promise<string> {
    const { messageCount } = await this.#channel.purgeQueue(queue);
    this.#inQueues -= messageCount;
    return `${messageCount} purged`;
  }

  #settle({ do: verdict, which, multiple }: Extract<Step, { multiple: boolean }>): string {
    const chosen = this.#held[which];
    if (chosen === undefined) return "nothing held";
    const settled = multiple ? this.#held.splice(0, which + 1) : this.#held.splice(which, 1);
    if (verdict === "ack") this.#channel.ack(chosen.message, multiple);
    else this.#channel.nack(chosen.message, multiple, verdict === "requeue");
    const returning = settled.filter(({ queue }) =>
      verdict === "requeue" || (verdict === "reject" && QUEUES[queue]?.deadLetterExchange)
    );
    this.#inQueues += returning.length;
    return `${settled.length} settled`;
  }

  // RabbitMQ's queues are processes: a dead letter is on its way for a moment.
  async #depths(): Promise<string> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const depths: number[] = [];
      for (const name of NAMES) depths.push((await this.#channel.checkQueue(name)).messageCount);
      const sum = depths.reduce((sum, depth) => sum + depth, 0);
      if (sum === this.#inQueues) return depths.join(" ");
      if (performance.now() > deadline) return `${depths.join(" ")}, not ${this.#inQueues}`;
    }
  }
}

Deno.test("The broker double does what RabbitMQ does", async (test) => {
  await using rabbit = await RabbitMq.start();
  await using broker = startBroker();
  await using real = await Client.connect(rabbit.url());
  await using double = await Client.connect(broker.url);

  await test.step("with whatever is published, fetched, settled and purged", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (steps) => {
        assertEquals(await Player.play(double, steps), await Player.play(real, steps));
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });

  await test.step("with every topic of the table", async () => {
    for (const client of [double, real]) {
      const channel = await client.confirmChannel();
      await channel.assertQueue("topics");
      for (const [pattern, key, matches] of TOPICS) {
        await channel.bindQueue("topics", "amq.topic", pattern);
        await confirmed(channel, "amq.topic", key, "text");
        await channel.unbindQueue("topics", "amq.topic", pattern);
        const { messageCount } = await channel.purgeQueue("topics");
        assertEquals(messageCount === 1, matches, `'${pattern}' and '${key}'`);
      }
    }
  });

  await test.step("with every refusal of the table, word for word", async () => {
    await prepare(await real.channel());
    for (const { of, asked, code, message } of REFUSALS) {
      const { channel, ended } = await real.watchedChannel();
      await failure(asked(channel));
      assertEquals(await ended, { code, message }, of);
    }
  });

  await test.step("with a consumer's queue on its way to the next consumer", async () => {
    assertEquals(await handOver(double), await handOver(real));
  });
});

async function handOver(client: Client): Promise<string[]> {
  const publisher = await client.confirmChannel();
  await publisher.assertQueue("sac", { arguments: { "x-single-active-consumer": true } });
  const notes: string[] = [];
  const consumers: Channel[] = [];
  const complete = Promise.withResolvers<void>();
  for (const name of ["first", "second"]) {
    const channel = await client.channel();
    await channel.prefetch(name === "first" ? 5 : 10);
    await channel.consume("sac", (message) => {
      if (!message) return;
      const count = notes.push(`${name} ${message.content} ${message.fields.redelivered}`);
      if (count === 15) complete.resolve();
    });
    consumers.push(channel);
  }
  for (let count = 0; count < 10; count++) await confirmed(publisher, "", "sac", String(count));
  while (notes.length < 5) await publisher.checkQueue("sac");
  await consumers[0]?.close();
  await complete.promise;
  return notes;
}
