/** `lateness_child.ts own|bare <url> <a second> <seconds>`: how late each request is made. */
import * as z from "zod";
import { systemClock } from "../../src/ground/clock.ts";
import { eventOf } from "../../src/delivery/fire_event.ts";
import { ruleId, timerOf } from "../support/rules.ts";
import { barePost, send } from "./bare_posts.ts";
import { tell } from "./child_result.ts";
import { CONCURRENCY, openPipeline, SENSOR_REF } from "./pipeline.ts";
import { quantile } from "./report.ts";
import { applyRules } from "./rules_in_memory.ts";

const SECOND_MS = 1000;
const EVERY_SECOND = { type: "interval", interval: 1 };
/** Before anything counts: the code gets warm. */
const WARM_UP_SECONDS = 3;
const Count = z.coerce.number().int().positive();

const [kind = "", url = "", rules = "", seconds = ""] = Deno.args;
const [ruleCount, fireSeconds] = [Count.parse(rules), Count.parse(seconds)];
const samples = new Float64Array(ruleCount * (WARM_UP_SECONDS + fireSeconds));
const done = Promise.withResolvers<void>();
const startAt = Math.ceil(systemClock.now() / SECOND_MS) * SECOND_MS + 4 * SECOND_MS;
let sent = 0;
let endedAt = NaN;

await (kind === "own" ? postOwn() : postBare());
const counted = samples.subarray(ruleCount * WARM_UP_SECONDS);
tell({
  p50: quantile(counted, 0.5),
  p99: quantile(counted, 0.99),
  worst: quantile(counted, 1),
  seconds: (endedAt - startAt) / SECOND_MS - WARM_UP_SECONDS,
});

/** Rules of one second, made evenly spread over it. */
function createdAtOf(index: number): number {
  return startAt - SECOND_MS + Math.floor(index * SECOND_MS / ruleCount);
}

function note(scheduledAt: number): void {
  if (sent === samples.length) return;
  samples[sent++] = performance.timeOrigin + performance.now() - scheduledAt;
  if (sent < samples.length) return;
  endedAt = systemClock.now();
  done.resolve();
}

async function postOwn(): Promise<void> {
  let scheduledAt = 0;
  const pipeline = openPipeline({
    url,
    posting: (event) => scheduledAt = event.scheduledAt,
    fetch(input, init) {
      note(scheduledAt);
      return fetch(input, init);
    },
    stored: () => {},
  });
  applyRules(pipeline, ruleCount, () => EVERY_SECOND, createdAtOf);
  pipeline.start(startAt - 1);
  await done.promise;
  await pipeline[Symbol.asyncDispose]();
}

/** One setTimeout for the next that is due; no order, no retry, no line in a log. */
async function postBare(): Promise<void> {
  const posts = Array.from({ length: ruleCount }, (_, index) => barePost(url, eventAt(index)));
  let [next, inFlight] = [0, 0];
  const dueAt = () => createdAtOf(next % ruleCount) + Math.floor(next / ruleCount + 1) * SECOND_MS;
  const pump = () => {
    while (next < samples.length && inFlight < CONCURRENCY && dueAt() <= systemClock.now()) {
      const post = posts[next % ruleCount];
      if (post === undefined) throw new Error("There is no such rule");
      note(dueAt());
      next++;
      inFlight++;
      send(post).then(() => {
        inFlight--;
        pump();
      });
    }
  };
  const ring = () => {
    pump();
    if (next < samples.length) setTimeout(ring, Math.max(1, dueAt() - systemClock.now()));
  };
  ring();
  await done.promise;
}

function eventAt(index: number) {
  const scheduledAt = createdAtOf(index) + SECOND_MS;
  return eventOf({
    ruleId: ruleId(index + 1),
    ruleRef: `test.rule${index + 1}`,
    timer: timerOf(EVERY_SECOND),
    ...{
      scheduledAt,
      dueAt: scheduledAt,
      coversFrom: scheduledAt,
      firedAt: scheduledAt,
      nextAt: scheduledAt + SECOND_MS,
    },
    ...{ executionCount: 1, missedCount: 0 },
  }, SENSOR_REF);
}
