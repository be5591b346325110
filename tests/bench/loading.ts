import * as z from "zod";
import { runChild } from "./children.ts";
import { atMost, type Benchmark } from "./report.ts";

const RULES = 100_000;
const MIXES = ["usual", "nasty"];

const Loaded = z.object({ ms: z.number(), stallMs: z.number(), p99: z.number() });

/** Rules that come in while others fire. */
export const loading: Benchmark = {
  about: `${RULES} rules being loaded beside 1000 timers of a second: the longest that the event ` +
    "loop stands still, and how late those fire; rules as usual, and rules made to be hard",
  async run({ isShort }) {
    const count = isShort ? RULES / 10 : RULES;
    const figures = [];
    for (const mix of MIXES) {
      const { ms, stallMs, p99 } = await runChild(Loaded, "loading_child.ts", mix, String(count));
      figures.push(
        { name: `${mix} rules: loaded in`, value: ms, unit: "ms" },
        atMost(50, { name: `${mix} rules: longest stall`, value: stallMs, unit: "ms" }),
        atMost(50, { name: `${mix} rules: lateness, p99`, value: p99, unit: "ms" }),
      );
    }
    return figures;
  },
};
