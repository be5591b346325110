import * as z from "zod";
import { RabbitMq } from "../support/rabbitmq.ts";
import { askStub } from "./ask_stub.ts";
import { serveChild } from "./children.ts";
import { rssMb, startDaemon } from "./daemon_process.ts";
import { atLeast, atMost, type Benchmark, median } from "./report.ts";
import { RuleMessages } from "./rule_messages.ts";

const RULES = 1000;
const SPAN_MS = 5000;
const SPANS = 120;
/** Rules changed at each look, ten a second. */
const CHANGES = 50;

const Lateness = z.object({ count: z.int(), p50: z.number(), p99: z.number() });

interface Look extends z.infer<typeof Lateness> {
  readonly rss: number;
}

/** A long time under load. */
export const soak: Benchmark = {
  about: "1,000 fires a second while ten rules a second change, for 10 minutes (--short: 1); " +
    "baseline: its own first third",
  async run({ isShort }) {
    await using rabbit = await RabbitMq.start();
    await using stub = await serveChild("stub_api.ts");
    await using messages = await RuleMessages.open(rabbit.url());
    await askStub(z.int(), stub.line, "change", { from: 1, to: RULES, params: everySecond(0) });
    const options = { apiUrl: stub.line, mqUrl: rabbit.url(), timers: RULES };
    await using daemon = await startDaemon(options);
    const looks: Look[] = [];
    for (let span = 0; span < (isShort ? SPANS / 10 : SPANS); span++) {
      await Promise.all([pause(SPAN_MS), change(span, stub.line, messages)]);
      const lateness = await askStub(Lateness, stub.line, "lateness");
      looks.push({ ...lateness, rss: rssMb(daemon.pid) });
    }
    return figuresOf(looks);
  },
};

function figuresOf(looks: readonly Look[]) {
  const third = Math.floor(looks.length / 3);
  const [first, last] = [looks.slice(1, third + 1), looks.slice(-third)];
  const of = (some: readonly Look[], pick: (look: Look) => number) => median(some.map(pick));
  const fired = looks.slice(1).reduce((sum, it) => sum + it.count, 0);
  const due = (looks.length - 1) * SPAN_MS / 1000 * RULES;
  const settled = looks.slice(third);
  return [
    atLeast(0.99, { name: "events that came, of those due", value: fired / due, unit: "×" }),
    { name: "memory, first third", value: of(first, (it) => it.rss), unit: "MB" },
    { name: "memory, last third", value: of(last, (it) => it.rss), unit: "MB" },
    atMost(1, {
      name: "slope of the memory after the first third",
      value: slope(settled.map((it) => it.rss)) * 60_000 / SPAN_MS,
      unit: "MB a minute",
    }),
    { name: "lateness at arrival, first third: p50", value: of(first, (it) => it.p50), unit: "ms" },
    { name: "lateness at arrival, first third: p99", value: of(first, (it) => it.p99), unit: "ms" },
    { name: "lateness at arrival, last third: p50", value: of(last, (it) => it.p50), unit: "ms" },
    { name: "lateness at arrival, last third: p99", value: of(last, (it) => it.p99), unit: "ms" },
    atMost(1.5, {
      name: "p50, last third against first",
      value: of(last, (it) => it.p50) / of(first, (it) => it.p50),
      unit: "×",
    }),
  ];
}

/** Changes some rules, always others, and tells of it. They fire as often as before. */
async function change(span: number, url: string, messages: RuleMessages): Promise<void> {
  const from = span * CHANGES % RULES + 1;
  const params = everySecond(span + 1);
  await askStub(z.int(), url, "change", { from, to: from + CHANGES - 1, params });
  for (let id = from; id < from + CHANGES; id++) messages.send(id, params);
  await messages.sent();
}

function everySecond(version: number): Record<string, unknown> {
  const on_missed = version % 2 === 0 ? "latest" : "all";
  return { type: "interval", interval: 1, unit: "seconds", on_missed };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The least squares' change from one value to the next. */
function slope(values: readonly number[]): number {
  const mean = values.reduce((sum, it) => sum + it, 0) / values.length;
  const middle = (values.length - 1) / 2;
  let [above, below] = [0, 0];
  for (const [index, value] of values.entries()) {
    above += (index - middle) * (value - mean);
    below += (index - middle) ** 2;
  }
  return above / below;
}
