/** `throughput_child.ts own|bare <url> <events>`: posts a backlog of events, once warm. */
import * as z from "zod";
import { systemClock } from "../../src/ground/clock.ts";
import { TimerTable } from "../../src/timers/timer_table.ts";
import { ruleOf, timerOf } from "../support/rules.ts";
import { barePosts, sendAll } from "./bare_posts.ts";
import { tell } from "./child_result.ts";
import { CONCURRENCY, openPipeline } from "./pipeline.ts";
import { applyRules } from "./rules_in_memory.ts";
import { stopwatch, type Took } from "./stopwatch.ts";

const WARM_UP = 3000;
const DAY_MS = 86_400_000;
const DAILY = { type: "interval", interval: 1, unit: "days" };
const [kind = "", url = "", events = ""] = Deno.args;
const count = z.coerce.number().int().positive().parse(events);
const now = systemClock.now();
const createdAtOf = (index: number) => now - DAY_MS - 1000 + index % 900;

tell(kind === "own" ? await postOwn() : await postBare());

async function postBare(): Promise<Took> {
  const table = new TimerTable({ catchUpWindowMs: DAY_MS, watchedSince: -Infinity });
  for (let index = 0; index < WARM_UP + count; index++) {
    const { id, ref } = ruleOf(index + 1);
    const anchor = new Date(createdAtOf(index)).toISOString();
    table.set(
      { ruleId: id, ruleRef: ref, timer: timerOf({ ...DAILY, anchor }) },
      now - 5000,
    );
  }
  const posts = barePosts(url, table, now);
  if (posts.length !== WARM_UP + count) throw new Error(`Only ${posts.length} are due`);
  await sendAll(posts.slice(0, WARM_UP), CONCURRENCY);
  const took = stopwatch();
  await sendAll(posts.slice(WARM_UP), CONCURRENCY);
  return took();
}

async function postOwn(): Promise<Took> {
  const done = Promise.withResolvers<Took>();
  let took = stopwatch();
  let stored = 0;
  const pipeline = openPipeline({
    url,
    stored() {
      stored++;
      if (stored === WARM_UP) took = stopwatch();
      if (stored === WARM_UP + count) done.resolve(took());
    },
  });
  applyRules(pipeline, WARM_UP + count, () => DAILY, createdAtOf);
  pipeline.start(now - 5000);
  const result = await done.promise;
  await pipeline[Symbol.asyncDispose]();
  return result;
}
