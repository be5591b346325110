import * as z from "zod";
import { runChild, serveChild } from "./children.ts";
import { atMost, type Benchmark } from "./report.ts";

const A_SECOND = 5000;
const SECONDS = 20;

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
      ...figuresOf("sensor", own).slice(1),
      atMost(2, { name: "sensor: p50", value: own.p50, unit: "ms" }),
      atMost(3, { name: "p99 against the bare loop", value: own.p99 / bare.p99, unit: "×" }),
    ];
  },
};

function figuresOf(name: string, late: z.infer<typeof Late>) {
  return [
    { name: `${name}: p50`, value: late.p50, unit: "ms" },
    { name: `${name}: p99`, value: late.p99, unit: "ms" },
    { name: `${name}: worst`, value: late.worst, unit: "ms" },
  ];
}
