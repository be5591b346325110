import amqp from "amqplib";
import type { RabbitMq } from "../support/rabbitmq.ts";
import type { Diary } from "./diary.ts";

/** How long the sensor may need to get over it once the broker is back, its heartbeat being a second. */
const AFTERMATH_MS = 10_000;
const POLICY = "chaos_full";
/** Seconds, the least there is: the end of a frozen broker is seen in two or three of them. */
const HEARTBEAT = 1;

/** Waits, or rejects when the scenario is to end. */
export type Sleep = (ms: number) => Promise<void>;

/** The broker of a sensor's world, and what may be done to it. */
export class Broker {
  readonly #rabbit: RabbitMq;
  readonly #diary: Diary;
  readonly #sleep: Sleep;
  #isDead = false;
  #isFrozen = false;

  constructor(rabbit: RabbitMq, diary: Diary, sleep: Sleep) {
    this.#rabbit = rabbit;
    this.#diary = diary;
    this.#sleep = sleep;
  }

  /** Where the sensor finds it. */
  get url(): string {
    return this.urlAt(this.port);
  }

  get port(): number {
    return this.#rabbit.port;
  }

  /** Where a sensor finds it behind a proxy. */
  urlAt(port: number): string {
    return `${this.#rabbit.url(port)}?heartbeat=${HEARTBEAT}`;
  }

  /** Kills it, and starts it again after a while, which takes 6 s more. */
  async kill(downMs: number): Promise<void> {
    this.#diary.brokerFaults++;
    this.#diary.brokerKills++;
    using _stall = this.#diary.stalled(AFTERMATH_MS);
    this.#isDead = true;
    await this.#rabbit.kill9();
    await this.#sleep(downMs);
    await this.restore();
  }

  /** Stops it where it stands, for a while. */
  async freeze(ms: number): Promise<void> {
    this.#diary.brokerFaults++;
    using _stall = this.#diary.stalled(AFTERMATH_MS);
    this.#isFrozen = true;
    await this.#rabbit.freeze();
    await this.#sleep(ms);
    await this.restore();
  }

  /** Lets no outbox take more than so many messages while `meanwhile` lasts: it refuses any more. */
  async full(messages: number, meanwhile: () => Promise<void>): Promise<void> {
    this.#diary.brokerFaults++;
    using _stall = this.#diary.stalled(AFTERMATH_MS);
    const limits = JSON.stringify({ "max-length": messages, overflow: "reject-publish" });
    const ctl = (...args: string[]) => this.#rabbit.ctl(...args);
    await ctl("set_policy", "--apply-to", "queues", POLICY, "^sensor\\..*\\.outbox$", limits);
    try {
      await meanwhile();
    } finally {
      await ctl("clear_policy", POLICY);
    }
  }

  /** Brings it back if it is not well. */
  async restore(): Promise<void> {
    if (this.#isFrozen) await this.#rabbit.thaw();
    this.#isFrozen = false;
    if (this.#isDead) await this.#rabbit.restart();
    this.#isDead = false;
  }

  /** Deletes a sensor's queues, so that nothing in them reaches the sensor of another scenario. */
  async deleteQueues(sensorRef: string): Promise<void> {
    const model = await amqp.connect(this.#rabbit.url(), { noDelay: true });
    const channel = await model.createChannel();
    for (const suffix of ["", ".outbox", ".dead", ".checkpoint", ".lease", ".layout"]) {
      await channel.deleteQueue(`sensor.${sensorRef}${suffix}`);
    }
    await model.close();
  }
}
