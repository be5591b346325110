import * as z from "zod";
import { runChild, serveChild } from "./children.ts";
import { atLeast, type Benchmark, median } from "./report.ts";

const EVENTS = 15_000;
const ROUNDS = 5;

const Took = z.object({ ms: z.number(), cpu_ms: z.number() });
type Took = z.infer<typeof Took>;

/** A backlog of events, from the timer to 201. */
export const throughput: Benchmark = {
  about:
    `${EVENTS} events that are due, to 201 from a stub; baseline: a bare fetch loop with the same ` +
    "bodies and concurrency",
  async run() {
    await using stub = await serveChild("stub_api.ts");
    const post = (kind: "own" | "bare") =>
      runChild(Took, "throughput_child.ts", kind, stub.line, String(EVENTS));
    const rounds: { own: Took; bare: Took }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({ bare: await post("bare"), own: await post("own") });
    }
    const perSecond = ({ ms }: Took) => EVENTS / ms * 1000;
    const work = ({ cpu_ms }: Took) => cpu_ms / EVENTS * 1000;
    return [
      {
        name: "events, median",
        value: median(rounds.map(({ own }) => perSecond(own))),
        unit: "a second",
      },
      {
        name: "bare fetch loop, median",
        value: median(rounds.map(({ bare }) => perSecond(bare))),
        unit: "a second",
      },
      atLeast(0.9, {
        name: `events against bare fetches, median of ${ROUNDS} pairs`,
        value: median(rounds.map(({ own, bare }) => bare.ms / own.ms)),
        unit: "×",
      }),
      {
        name: "processor time an event",
        value: median(rounds.map(({ own }) => work(own))),
        unit: "µs",
      },
      {
        name: "processor time a bare fetch",
        value: median(rounds.map(({ bare }) => work(bare))),
        unit: "µs",
      },
    ];
  },
};
