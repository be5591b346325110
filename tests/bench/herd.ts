import * as z from "zod";
import { RabbitMq } from "../support/rabbitmq.ts";
import { runChild, serveChild } from "./children.ts";
import { atLeast, atMost, type Benchmark } from "./report.ts";
import { RuleMessages } from "./rule_messages.ts";

const RULES = 100_000;
const MESSAGE_EVERY_MS = 20;

const Bare = z.object({ ms: z.number(), stall_ms: z.number() });
const Own = Bare.extend({ acks: z.int(), ack_ms: z.number(), breaks: z.int() });

/** Very many timers that fall due in the same second. */
export const herd: Benchmark = {
  about:
    `${RULES} cron timers due in the same second, while rule messages come in on a connection ` +
    "with a heartbeat of 1 s; baseline: a bare fetch loop with the same bodies and concurrency",
  async run() {
    await using rabbit = await RabbitMq.start();
    await using stub = await serveChild("stub_api.ts");
    await using messages = await RuleMessages.open(rabbit.url());
    const bare = await runChild(Bare, "herd_child.ts", "bare", stub.line, String(RULES));
    const timer = setInterval(() => messages.send(1, { interval: 1 }), MESSAGE_EVERY_MS);
    const mqUrl = `${rabbit.url()}?heartbeat=1`;
    const own = await runChild(Own, "herd_child.ts", "own", stub.line, String(RULES), mqUrl)
      .finally(() => clearInterval(timer));
    return [
      atMost(50, { name: "longest stall of the event loop", value: own.stall_ms, unit: "ms" }),
      { name: "longest stall of the bare loop", value: bare.stall_ms, unit: "ms" },
      atMost(0, { name: "connections to RabbitMQ lost", value: own.breaks, unit: "" }),
      atLeast(0.9, {
        name: "messages acknowledged meanwhile, of those sent",
        value: own.acks * MESSAGE_EVERY_MS / own.ms,
        unit: "×",
      }),
      { name: "the slowest of them", value: own.ack_ms, unit: "ms" },
      { name: "all delivered after", value: own.ms / 1000, unit: "s" },
      { name: "bare fetch loop", value: bare.ms / 1000, unit: "s" },
      atMost(1.2, { name: "delivered against bare fetches", value: own.ms / bare.ms, unit: "×" }),
    ];
  },
};
