import * as z from "zod";
import { runChild, serveChild } from "./children.ts";
import { atLeast, type Benchmark, median } from "./report.ts";

const EVENTS = 15_000;
const ROUNDS = 5;

const Took = z.object({ ms: z.number() });

/** A backlog of events, from the timer to 201. */
export const throughput: Benchmark = {
  about:
    `${EVENTS} events that are due, to 201 from a stub; baseline: a bare fetch loop with the same ` +
    "bodies and concurrency",
  async run() {
    await using stub = await serveChild("stub_api.ts");
    const perSecond = async (kind: "own" | "bare") => {
      const { ms } = await runChild(Took, "throughput_child.ts", kind, stub.line, String(EVENTS));
      return EVENTS / ms * 1000;
    };
    const rounds: { own: number; bare: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({ bare: await perSecond("bare"), own: await perSecond("own") });
    }
    return [
      { name: "events, median", value: median(rounds.map((it) => it.own)), unit: "a second" },
      {
        name: "bare fetch loop, median",
        value: median(rounds.map((it) => it.bare)),
        unit: "a second",
      },
      atLeast(0.9, {
        name: `events against bare fetches, median of ${ROUNDS} pairs`,
        value: median(rounds.map(({ own, bare }) => own / bare)),
        unit: "×",
      }),
    ];
  },
};
