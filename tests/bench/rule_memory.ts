import * as z from "zod";
import { runChild } from "./children.ts";
import { EXPRESSIONS } from "./mixes.ts";
import { atMost, type Figure } from "./report.ts";

const RULES = 100_000;
const MEMORY_TARGET_MB = 100;

const Held = z.object({ rss_mb: z.number(), ms: z.number() });
type Held = z.infer<typeof Held>;

/** What many rules take in memory, each kind in a process of its own, and how long their start takes. */
export async function memoryOfRules(): Promise<readonly Figure[]> {
  const interval = await hold("interval");
  const cron = await hold("cron");
  return [
    ...figuresOf("interval rules", interval),
    ...figuresOf(`cron rules of ${EXPRESSIONS} expressions`, cron),
    atMost(MEMORY_TARGET_MB, {
      name: "more memory for cron than for intervals",
      value: cron.rss_mb - interval.rss_mb,
      unit: "MB",
    }),
  ];
}

function figuresOf(name: string, held: Held): readonly Figure[] {
  return [
    { name: `${RULES} ${name}: memory`, value: held.rss_mb, unit: "MB" },
    { name: `${RULES} ${name}: start`, value: held.ms, unit: "ms" },
  ];
}

function hold(kind: "interval" | "cron"): Promise<Held> {
  return runChild(Held, "capacity_child.ts", kind, String(RULES));
}
