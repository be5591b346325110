import * as z from "zod";
import { RabbitMq } from "../support/rabbitmq.ts";
import { runChild, serveChild } from "./children.ts";
import { startDaemon } from "./daemon_process.ts";
import { atMost, type Benchmark, median } from "./report.ts";

const ROUNDS = 5;
const MANY_ROUNDS = 3;
const MANY = 100_000;

/** From the start of the process until it is ready. */
export const start: Benchmark = {
  about:
    "spawn of the bundle to ready with 0, 1,000 and 100,000 rules; baselines: an empty Deno program, and bare " +
    "parallel fetches of the same pages",
  async run() {
    await using rabbit = await RabbitMq.start();
    const none = await measure(rabbit, 0, ROUNDS);
    const some = await measure(rabbit, 1000, ROUNDS);
    const many = await measure(rabbit, MANY, MANY_ROUNDS);
    return [
      { name: "empty program", value: none.bare, unit: "ms" },
      { name: "0 rules", value: none.own, unit: "ms" },
      atMost(250, { name: "more than the empty program", value: none.own - none.bare, unit: "ms" }),
      { name: "1,000 rules", value: some.own, unit: "ms" },
      { name: "bare fetches of 1,000 rules", value: some.bare, unit: "ms" },
      { name: "1,000 rules against bare fetches", value: some.own / some.bare, unit: "×" },
      { name: "100,000 rules", value: many.own, unit: "ms" },
      { name: "bare fetches of 100,000 rules", value: many.bare, unit: "ms" },
      atMost(1.5, {
        name: "100,000 rules against bare fetches",
        value: many.own / many.bare,
        unit: "×",
      }),
    ];
  },
};

async function measure(rabbit: RabbitMq, rules: number, rounds: number) {
  await using stub = await serveChild("stub_api.ts", String(rules));
  const [own, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    await runChild(z.object({}), "start_child.ts", stub.line, String(rules));
    bare.push(performance.now() - began);
    const options = { apiUrl: stub.line, mqUrl: rabbit.url(), timers: rules };
    await using daemon = await startDaemon(options);
    own.push(daemon.readyMs);
  }
  return { own: median(own), bare: median(bare) };
}
