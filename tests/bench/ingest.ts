import * as z from "zod";
import { RabbitMq } from "../support/rabbitmq.ts";
import { runChild, serveChild } from "./children.ts";
import { atLeast, type Benchmark, median } from "./report.ts";
import { RuleMessages } from "./rule_messages.ts";

const MESSAGES = 20_000;
const ROUNDS = 7;
const QUEUE = "sensor.bench";

const Took = z.object({ ms: z.number() });

/** Messages about rules, into timers. */
export const ingest: Benchmark = {
  about:
    `${MESSAGES} lifecycle messages that wait in RabbitMQ, into timers, each rule re-read from a ` +
    "stub; baseline: a bare amqplib consume-and-ack loop with the same prefetch",
  async run() {
    await using rabbit = await RabbitMq.start();
    await using stub = await serveChild("stub_api.ts", String(MESSAGES));
    await using messages = await RuleMessages.open(rabbit.url());
    await messages.queue(QUEUE);
    const perSecond = async (kind: "own" | "bare") => {
      for (let id = 1; id <= MESSAGES; id++) messages.send(id, { type: "interval", interval: 60 });
      await messages.sent();
      const args = [rabbit.url(), QUEUE, String(MESSAGES), stub.line];
      const { ms } = await runChild(Took, "ingest_child.ts", kind, ...args);
      return MESSAGES / ms * 1000;
    };
    const rounds: { own: number; bare: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({ bare: await perSecond("bare"), own: await perSecond("own") });
    }
    return [
      { name: "messages, median", value: median(rounds.map((it) => it.own)), unit: "a second" },
      { name: "bare loop, median", value: median(rounds.map((it) => it.bare)), unit: "a second" },
      atLeast(0.7, {
        name: `messages against the bare loop, median of ${ROUNDS} pairs`,
        value: median(rounds.map(({ own, bare }) => own / bare)),
        unit: "×",
      }),
    ];
  },
};
