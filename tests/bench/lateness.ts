import * as z from "zod";
import { runChild, serveChild } from "./children.ts";
import { atMost, type Benchmark, type Figure } from "./report.ts";

const A_SECOND = 5000;
const SECONDS = 20;
/** A baseline that makes fewer of its requests in time says nothing about lateness. */
const CARRIED = 0.98;

const Late = z.object({ p50: z.number(), p99: z.number(), worst: z.number(), seconds: z.number() });

/** From the scheduled instant to the request. */
export const lateness: Benchmark = {
  about:
    `${A_SECOND} fires a second for ${SECONDS} s, from the scheduled instant to the request for a ` +
    "stub; baseline: a bare setTimeout loop that makes the same requests",
  async run() {
    await using stub = await serveChild("stub_api.ts");
    const measure = (kind: string) =>
      runChild(Late, "lateness_child.ts", kind, stub.line, String(A_SECOND), String(SECONDS));
    const bare = await measure("bare");
    const own = await measure("own");
    return [
      ...figuresOf("bare loop", bare),
      ...figuresOf("sensor", own).filter((it) => !it.name.endsWith("p50")),
      atMost(2, { name: "sensor: p50", value: own.p50, unit: "ms" }),
      against(own, bare),
    ];
  },
};

/** There is no verdict where this machine cannot carry the load at all. */
function against(own: z.infer<typeof Late>, bare: z.infer<typeof Late>): Figure {
  const figure = { name: "p99 against the bare loop", value: own.p99 / bare.p99, unit: "×" };
  if (carried(bare) >= CARRIED) return atMost(3, figure);
  return { ...figure, target: "none: the bare loop itself falls behind" };
}

function carried({ seconds }: z.infer<typeof Late>): number {
  return SECONDS / seconds;
}

function figuresOf(name: string, late: z.infer<typeof Late>): readonly Figure[] {
  return [
    { name: `${name}: requests made, of those due`, value: carried(late), unit: "×" },
    { name: `${name}: p50`, value: late.p50, unit: "ms" },
    { name: `${name}: p99`, value: late.p99, unit: "ms" },
    { name: `${name}: worst`, value: late.worst, unit: "ms" },
  ];
}
