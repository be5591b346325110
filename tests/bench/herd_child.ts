/**
 * `herd_child.ts own|bare <url> <rules> [AMQP url]`: cron timers that all fall due in the same second,
 * while messages about rules come in.
 */
import * as z from "zod";
import { openRuleListener, type RuleListener } from "../../src/broker/rule_listener.ts";
import { systemChance } from "../../src/ground/chance.ts";
import { systemClock } from "../../src/ground/clock.ts";
import { TimerTable } from "../../src/timers/timer_table.ts";
import { ruleOf, timerOf } from "../support/rules.ts";
import { barePosts, sendAll } from "./bare_posts.ts";
import { tell } from "./child_result.ts";
import { CONCURRENCY, openPipeline } from "./pipeline.ts";
import { quantile } from "./report.ts";
import { applyRules } from "./rules_in_memory.ts";
import { StallMeter } from "./stall_meter.ts";

const TROUBLE: ReadonlySet<string> = new Set([
  "listener_down",
  "change_retrying",
  "message_unreadable",
]);

const SECOND_MS = 1000;
/** Long enough to make so many timers in. */
const AHEAD_MS = 12_000;
const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo"];

const [kind = "", url = "", rules = "", mqUrl = ""] = Deno.args;
const count = z.coerce.number().int().positive().parse(rules);
const dueAt = Math.ceil(systemClock.now() / SECOND_MS) * SECOND_MS + AHEAD_MS;
const signal = new AbortController().signal;

tell(kind === "own" ? await postOwn() : await postBare());

/** A hundred ways to name the same second, once an hour. */
function paramsOf(index: number) {
  const [seconds, minutes] = [new Date(dueAt).getUTCSeconds(), new Date(dueAt).getUTCMinutes()];
  const hours = index % 25 === 0 ? "*" : `0-23`;
  const expression = `${seconds} ${minutes} ${hours} * 1-12 ${index % 25 === 1 ? "0-6" : "*"}`;
  return { type: "cron", expression, timezone: ZONES[index % ZONES.length] };
}

async function postBare() {
  const table = new TimerTable({ catchUpWindowMs: 0, watchedSince: -Infinity });
  for (let index = 0; index < count; index++) {
    const { id, ref } = ruleOf(index + 1);
    table.set({ ruleId: id, ruleRef: ref, timer: timerOf(paramsOf(index)) }, dueAt - 1);
  }
  const posts = barePosts(url, table, dueAt);
  using stalls = new StallMeter();
  const ms = await sendAll(posts, CONCURRENCY);
  return { ms, stall_ms: stalls.worstMs };
}

async function postOwn() {
  const done = Promise.withResolvers<void>();
  let stored = 0;
  const pipeline = openPipeline({
    url,
    stored() {
      stored++;
      if (stored === count) done.resolve();
    },
  });
  const acks: number[] = [];
  let breaks = 0;
  const listener = listen(
    (sentAt) => void acks.push(systemClock.now() - sentAt),
    () => void breaks++,
  );
  await listener.ready;
  applyRules(pipeline, count, paramsOf, () => dueAt - SECOND_MS);
  pipeline.start(dueAt - 1);
  const leftMs = dueAt - systemClock.now();
  if (leftMs < 0) throw new Error(`The timers were not made in time: ${-leftMs} ms late`);
  await new Promise((resolve) => setTimeout(resolve, leftMs));
  using stalls = new StallMeter();
  acks.length = 0;
  await done.promise;
  const ms = systemClock.now() - dueAt;
  const stallMs = stalls.worstMs;
  const ackMs = quantile(Float64Array.from(acks), 1);
  await listener.stop();
  await pipeline[Symbol.asyncDispose]();
  return { ms, stall_ms: stallMs, acks: acks.length, ack_ms: ackMs, breaks };
}

function listen(handled: (sentAt: number) => void, down: () => void): RuleListener {
  return openRuleListener({
    url: mqUrl,
    exchange: "attune.events",
    queue: "sensor.bench",
    clock: systemClock,
    chance: systemChance,
    signal,
    feed: {
      changed: ({ sentAt }) => Promise.resolve(handled(sentAt ?? 0)),
      missed: () => {},
      connected: () => {},
    },
    tell: ({ kind }) => TROUBLE.has(kind) && down(),
  });
}
