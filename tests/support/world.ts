import { Buffer } from "node:buffer";
import amqp, { type ChannelModel, type ConfirmChannel } from "amqplib";
import * as z from "zod";
import {
  type Platform,
  type PlatformOptions,
  startPlatform,
} from "../../src/dev/platform/platform.ts";
import type { StoredEvent } from "../../src/dev/platform/event_table.ts";
import type { RabbitMq } from "./rabbitmq.ts";
import type { SensorOptions } from "./sensor.ts";

const EXCHANGE = "attune.events";
const QUEUE = "sensor.core.timer_sensor";
/** How long an event may take to arrive before a test gives up on it. */
const PATIENCE_MS = 15_000;

/** A broker and a platform that publishes through it: everything that a sensor needs around it. */
export class World implements AsyncDisposable {
  readonly rabbit: RabbitMq;
  readonly platform: Platform;
  readonly token: string;
  readonly #publisher: Publisher;

  private constructor(rabbit: RabbitMq, platform: Platform, token: string, publisher: Publisher) {
    this.rabbit = rabbit;
    this.platform = platform;
    this.token = token;
    this.#publisher = publisher;
  }

  /** A platform of its own on a broker that others may share. */
  static async on(rabbit: RabbitMq, options: PlatformOptions = {}): Promise<World> {
    const publisher = new Publisher(rabbit.url());
    const platform = await startPlatform({
      publish: (routingKey, message) => publisher.publish(routingKey, message),
      ...options,
    });
    return new World(rabbit, platform, await platform.sensorToken(), publisher);
  }

  /** How a sensor is started in this world. */
  sensor(env: Readonly<Record<string, string>> = {}): SensorOptions {
    return {
      apiUrl: this.platform.url,
      mqUrl: this.rabbit.url(),
      token: this.token,
      env: { ATTUNE_MQ_EXCHANGE: EXCHANGE, ...env },
    };
  }

  /** Publishes a message of the test's own making. */
  publish(routingKey: string, message: unknown): Promise<void> {
    return this.#publisher.publish(routingKey, message);
  }

  /** The `count`th event of a rule, as soon as it is stored; fails when it does not come. */
  async event(rule: { readonly id: number }, count = 1): Promise<StoredEvent> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(new Error(`Rule ${rule.id} had ${this.eventsOf(rule).length} events`));
    }, PATIENCE_MS);
    const came = this.platform.events.when(() => this.eventsOf(rule).length >= count);
    try {
      await Promise.race([came, late.promise]);
    } finally {
      clearTimeout(timer);
    }
    const event = this.eventsOf(rule)[count - 1];
    if (event === undefined) throw new Error("The event vanished");
    return event;
  }

  /** The events that named a rule, gone or not, oldest first. */
  eventsOf(rule: { readonly id: number }): StoredEvent[] {
    const prefix = `rule_${rule.id}@`;
    return this.platform.events.all.filter((it) =>
      it.headers["idempotency-key"]?.startsWith(prefix)
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.platform[Symbol.asyncDispose]();
    await this.#publisher.deleteQueue(QUEUE);
    await this.#publisher[Symbol.asyncDispose]();
  }
}

const Payload = z.looseObject({
  type: z.string(),
  rule_id: z.int(),
  scheduled_at: z.iso.datetime(),
  fired_at: z.iso.datetime(),
  delay_ms: z.number(),
  occurrence_id: z.string(),
  execution_count: z.int(),
});

/** What an event of a timer says. */
export function payloadOf(event: StoredEvent): z.infer<typeof Payload> {
  return Payload.parse(event.payload);
}

/** How long after its scheduled instant an event arrived, in milliseconds. */
export function lateness(event: StoredEvent): number {
  return event.receivedAt - Date.parse(payloadOf(event).scheduled_at);
}

/** Publishes with confirmation, over a connection that is made anew when it broke. */
class Publisher implements AsyncDisposable {
  readonly #url: string;
  #open: Promise<{ model: ChannelModel; channel: ConfirmChannel }> | null = null;

  constructor(url: string) {
    this.#url = url;
  }

  async publish(routingKey: string, message: unknown): Promise<void> {
    const channel = await this.#channel();
    channel.publish(EXCHANGE, routingKey, Buffer.from(JSON.stringify(message)));
    await channel.waitForConfirms();
  }

  /** Deletes a queue, so that nothing in it reaches the sensor of another test. */
  async deleteQueue(name: string): Promise<void> {
    const channel = await this.#channel();
    await channel.deleteQueue(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const open = await this.#open?.catch(() => null);
    await open?.model.close().catch(() => {/* it broke */});
  }

  async #channel(): Promise<ConfirmChannel> {
    this.#open ??= this.#connect();
    try {
      return (await this.#open).channel;
    } catch (error) {
      this.#open = null;
      throw error;
    }
  }

  async #connect(): Promise<{ model: ChannelModel; channel: ConfirmChannel }> {
    const model = await amqp.connect(this.#url, { noDelay: true, timeout: 5000 });
    const forget = () => void (this.#open = null);
    model.on("error", forget);
    model.on("close", forget);
    const channel = await model.createConfirmChannel();
    channel.on("error", forget);
    await channel.assertExchange(EXCHANGE, "topic", { durable: true });
    return { model, channel };
  }
}
