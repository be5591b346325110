import * as z from "zod";
import { ROOT, stdFlags } from "../support/std_flags.ts";
import { atMost, type Figure } from "./report.ts";

const RULES = 100_000;
const EXPRESSIONS = 1000;
const MEMORY_TARGET_MB = 100;

const Held = z.object({ rss_mb: z.number(), start_ms: z.number() });
export type Held = z.infer<typeof Held>;

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
    { name: `${RULES} ${name}: start`, value: held.start_ms, unit: "ms" },
  ];
}

async function hold(kind: "interval" | "cron"): Promise<Held> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-q", "--no-check", ...await stdFlags(), "--v8-flags=--expose-gc"],
      ...["tests/bench/rule_memory_child.ts", kind, String(RULES), String(EXPRESSIONS)],
    ],
    cwd: ROOT,
    stderr: "inherit",
  }).output();
  if (code !== 0) throw new Error(`Cannot measure the memory of ${kind} rules: exit code ${code}`);
  return Held.parse(JSON.parse(new TextDecoder().decode(stdout)));
}
