import amqp from "amqplib";
import * as z from "zod";
import { AmqpPublisher } from "../../src/dev/platform/amqp_publisher.ts";
import {
  type Platform,
  type PlatformOptions,
  startPlatform,
} from "../../src/dev/platform/platform.ts";
import type { StoredEvent } from "../../src/dev/platform/event_table.ts";
import type { RabbitMq } from "./rabbitmq.ts";
import type { SensorOptions } from "./sensor.ts";
import { PATIENCE_MS } from "./patience.ts";

const EXCHANGE = "attune.events";
/** The sensor's queue of rule messages, and those in which it keeps what must survive it. */
export const QUEUES = {
  rules: "sensor.core.timer_sensor",
  outbox: "sensor.core.timer_sensor.outbox",
  dead: "sensor.core.timer_sensor.dead",
  checkpoint: "sensor.core.timer_sensor.checkpoint",
  layout: "sensor.core.timer_sensor.layout",
  lease: "sensor.core.timer_sensor.lease",
};

/** A broker and a platform that publishes through it: everything that a sensor needs around it. */
export class World implements AsyncDisposable {
  readonly rabbit: RabbitMq;
  readonly platform: Platform;
  readonly token: string;
  readonly #publisher: AmqpPublisher;

  private constructor(
    rabbit: RabbitMq,
    platform: Platform,
    token: string,
    publisher: AmqpPublisher,
  ) {
    this.rabbit = rabbit;
    this.platform = platform;
    this.token = token;
    this.#publisher = publisher;
  }

  /** A platform of its own on a broker that others may share. */
  static async on(rabbit: RabbitMq, options: PlatformOptions = {}): Promise<World> {
    const publisher = new AmqpPublisher({ url: rabbit.url(), exchange: EXCHANGE });
    const platform = await startPlatform({ publish: publisher.publish, ...options });
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

  /** Refuses the token of the next event, as if it had expired. */
  refuseTokenOnce(): void {
    this.platform.faults.add({
      kind: "answer",
      path: "/api/v1/events",
      status: 401,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ error: { code: 401, message: "Authentication token expired" } }),
      times: 1,
    });
  }

  /** The number of messages in one of the sensor's queues. */
  async countOf(queue: keyof typeof QUEUES): Promise<number> {
    const lines = await this.rabbit.ctl("list_queues", "name", "messages");
    const line = lines.split("\n").find((it) => it.startsWith(`${QUEUES[queue]}\t`));
    return Number(line?.split("\t")[1] ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.platform[Symbol.asyncDispose]();
    await deleteQueues(this.rabbit.url());
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

/** The instants of a rule's events in seconds since the first, in the order of their storage. */
export function secondsOf(events: readonly StoredEvent[]): number[] {
  const instants = events.map((event) => Date.parse(payloadOf(event).scheduled_at));
  return instants.map((instant) => (instant - (instants[0] ?? 0)) / 1000);
}

/** Deletes the sensor's queues, so that nothing in them reaches the sensor of another test. */
async function deleteQueues(url: string): Promise<void> {
  const model = await amqp.connect(url, { noDelay: true });
  const channel = await model.createChannel();
  for (const name of Object.values(QUEUES)) await channel.deleteQueue(name);
  await model.close();
}
