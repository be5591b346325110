import { Buffer } from "node:buffer";
import amqp, { type ConfirmChannel } from "amqplib";
import { ruleRef } from "./bench_rules.ts";

export const EXCHANGE = "attune.events";

/** Sends messages about rules, as the platform does (contract 3.2). */
export class RuleMessages implements AsyncDisposable {
  readonly #model: amqp.ChannelModel;
  readonly channel: ConfirmChannel;

  private constructor(model: amqp.ChannelModel, channel: ConfirmChannel) {
    this.#model = model;
    this.channel = channel;
  }

  static async open(url: string): Promise<RuleMessages> {
    const model = await amqp.connect(url, { noDelay: true });
    const channel = await model.createConfirmChannel();
    await channel.assertExchange(EXCHANGE, "topic", { durable: true });
    return new RuleMessages(model, channel);
  }

  /** A queue of the sensor's kind, in which messages wait. */
  async queue(name: string): Promise<void> {
    await this.channel.assertQueue(name, { durable: true });
    await this.channel.bindQueue(name, EXCHANGE, "rule.*");
  }

  /** Tells that a rule changed. */
  send(id: number, params: Readonly<Record<string, unknown>>): void {
    const message = {
      message_id: crypto.randomUUID(),
      correlation_id: crypto.randomUUID(),
      message_type: "RuleEnabled",
      version: "1.0",
      timestamp: new Date().toISOString(),
      source: "attune-api",
      metadata: {},
      payload: {
        rule_id: id,
        rule_ref: ruleRef(id),
        trigger_ref: "core.timer",
        trigger_params: params,
      },
    };
    const body = Buffer.from(JSON.stringify(message));
    this.channel.publish(EXCHANGE, "rule.enabled", body, { persistent: true });
  }

  /** Resolves when the broker has everything. */
  async sent(): Promise<void> {
    await this.channel.waitForConfirms();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#model.close();
  }
}
