import { assertEquals } from "@std/assert";
import type { ConfirmChannel, GetMessage, Options } from "amqplib";
import * as fc from "fast-check";
import { startBroker } from "../../src/dev/amqp/broker.ts";
import { Client, confirmed, failure } from "../dev/amqp/client.ts";
import { prepare, REFUSALS } from "../dev/amqp/refusals.ts";
import { TOPICS } from "../dev/amqp/topics.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { PATIENCE_MS } from "../support/patience.ts";

const RUNS = 40;

const QUEUES: Readonly<Record<string, Options.AssertQueue>> = {
  plain: {},
  bounded: { maxLength: 3 },
  refusing: { maxLength: 2, arguments: { "x-overflow": "reject-publish" } },
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

  private constructor(channel: ConfirmChannel) {
    this.#channel = channel;
  }

  /**
   * What is given back to RabbitMQ is on its way for a moment: it gets the time to become `like` another's.
   */
  static async play(
    client: Client,
    steps: readonly Step[],
    like: readonly string[] = [],
  ): Promise<string[]> {
    const channel = await client.confirmChannel();
    for (const [name, options] of Object.entries(QUEUES)) {
      await channel.deleteQueue(name);
      await channel.assertQueue(name, options);
    }
    const player = new Player(channel);
    const notes: string[] = [];
    for (const step of steps) {
      const note = `${JSON.stringify(step)}: ${await player.#do(step)}`;
      const deadline = performance.now() + PATIENCE_MS;
      const look = async () => `${note}; ${await player.#depths()}`;
      const wanted = like[notes.length];
      let seen = await look();
      while (wanted !== undefined && seen !== wanted && performance.now() < deadline) {
        seen = await look();
      }
      notes.push(seen);
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
    return isTaken ? "taken" : "refused";
  }

  async #get(queue: string): Promise<string> {
    const message = await this.#channel.get(queue);
    if (!message) return "empty";
    this.#held.push({ queue, message });
    const { deliveryTag, redelivered, exchange, routingKey, messageCount } = message.fields;
    const fields = [deliveryTag, redelivered, exchange, routingKey, messageCount];
    return `${message.content} ${fields}`;
  }

  async #purge(queue: string): Promise<string> {
    const { messageCount } = await this.#channel.purgeQueue(queue);
    return `${messageCount} purged`;
  }

  #settle({ do: verdict, which, multiple }: Extract<Step, { multiple: boolean }>): string {
    const chosen = this.#held[which];
    if (chosen === undefined) return "nothing held";
    const settled = multiple ? this.#held.splice(0, which + 1) : this.#held.splice(which, 1);
    if (verdict === "ack") this.#channel.ack(chosen.message, multiple);
    else this.#channel.nack(chosen.message, multiple, verdict === "requeue");
    return `${settled.length} settled`;
  }

  async #depths(): Promise<string> {
    const depths: number[] = [];
    for (const name of NAMES) depths.push((await this.#channel.checkQueue(name)).messageCount);
    return depths.join(" ");
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
        const expected = await Player.play(double, steps);
        assertEquals(await Player.play(real, steps, expected), expected);
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
});
