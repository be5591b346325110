import * as z from "zod";
import { runChild } from "./children.ts";
import { atLeast, atMost, type Benchmark } from "./report.ts";

const RULES = 1_000_000;
const JOBS = 20_000;

const Held = z.object({ empty_mb: z.number(), rss_mb: z.number(), ms: z.number() });

/** A million mixed timers in one process. */
export const capacity: Benchmark = {
  about:
    "1,000,000 rules: 60 % interval, 30 % cron out of 1,000 expressions, 5 % recurrence, 5 % " +
    `date-time; baseline: a croner job or setTimeout a rule, at ${JOBS}, extrapolated`,
  async run() {
    const mixed = await runChild(Held, "capacity_child.ts", "mixed", String(RULES));
    const intervals = await runChild(Held, "capacity_child.ts", "interval", String(RULES));
    const naive = await runChild(Held, "capacity_child.ts", "naive", String(JOBS));
    const each = (held: z.infer<typeof Held>, count: number) =>
      (held.rss_mb - held.empty_mb) * 1e6 / count;
    const [own, jobs] = [each(mixed, RULES), each(naive, JOBS)];
    return [
      atMost(350, { name: "memory in all", value: mixed.rss_mb, unit: "MB" }),
      { name: "memory in all, intervals alone", value: intervals.rss_mb, unit: "MB" },
      { name: "memory of the empty process", value: mixed.empty_mb, unit: "MB" },
      { name: "memory a timer", value: own, unit: "bytes" },
      { name: "memory a job", value: jobs, unit: "bytes" },
      {
        name: `memory of ${RULES.toLocaleString("en-GB")} jobs, extrapolated`,
        value: naive.empty_mb + jobs * RULES / 1e6,
        unit: "MB",
      },
      atMost(0.02, { name: "a timer against a job", value: own / jobs, unit: "×" }),
      { name: "applied, mixed", value: RULES / mixed.ms * 1000, unit: "a second" },
      atLeast(200_000, {
        name: "applied, intervals",
        value: RULES / intervals.ms * 1000,
        unit: "a second",
      }),
    ];
  },
};
