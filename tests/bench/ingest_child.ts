/** `ingest_child.ts own|bare <AMQP url> <queue> <messages> [API url]`: takes what waits in a queue. */
import amqp from "amqplib";
import * as z from "zod";
import { fullJitter } from "../../src/ground/backoff.ts";
import { openRuleListener } from "../../src/broker/rule_listener.ts";
import { systemChance } from "../../src/ground/chance.ts";
import { systemClock } from "../../src/ground/clock.ts";
import { LogWriter } from "../../src/observe/log_writer.ts";
import type { News } from "../../src/observe/news.ts";
import { openLog } from "../../src/log/log.ts";
import { ApiClient } from "../../src/platform/api_client.ts";
import { TIMER_TRIGGERS } from "../../src/schedule/kinds.ts";
import { Reconciler } from "../../src/sync/reconciler.ts";
import { tell } from "./child_result.ts";
import { SENSOR_REF, TOKEN } from "./pipeline.ts";
import { EXCHANGE } from "./rule_messages.ts";
import { openBook } from "./rules_in_memory.ts";

/** As the sensor has it. */
const PREFETCH = 20_000;
const [kind = "", mqUrl = "", queue = "", messages = "", apiUrl = ""] = Deno.args;
const count = z.coerce.number().int().positive().parse(messages);
const done = Promise.withResolvers<void>();
let taken = 0;
let beganAt = 0;

await (kind === "own" ? takeIn() : consume());
tell({ ms: systemClock.monotonic() - beganAt });

function take(): void {
  if (++taken === count) done.resolve();
}

async function consume(): Promise<void> {
  const model = await amqp.connect(mqUrl, { noDelay: true });
  const channel = await model.createChannel();
  await channel.prefetch(PREFETCH);
  beganAt = systemClock.monotonic();
  await channel.consume(queue, (message) => {
    if (message === null) throw new Error("The consumer was cancelled");
    channel.ack(message);
    take();
  });
  await done.promise;
  await model.close();
}

/** From the message to the timer, as the sensor has it. */
async function takeIn(): Promise<void> {
  const clock = systemClock;
  const log = openLog({ level: "info", format: "json", sensor: SENSOR_REF, clock });
  const token = { value: TOKEN, renew: () => Promise.resolve(false) };
  using api = new ApiClient({ baseUrl: apiUrl, token, clock });
  const writer = new LogWriter(log);
  const tell = (news: News) => writer.listen(news);
  const { timers, book, start } = openBook(clock, tell);
  start(clock.now());
  const stop = new AbortController();
  const reconciler = new Reconciler({
    source: api,
    book,
    triggers: TIMER_TRIGGERS,
    clock,
    backoff: fullJitter(500, 5000, systemChance),
    intervalMs: 60_000,
    tell,
    failed: () => {},
    signal: stop.signal,
  });
  const running = reconciler.run();
  await reconciler.requestSnapshot();
  if (timers.size !== count) throw new Error(`${timers.size} timers before the messages`);
  beganAt = systemClock.monotonic();
  const fail = (problem: unknown) => done.reject(problem);
  const listener = openRuleListener({
    url: mqUrl,
    exchange: EXCHANGE,
    queue,
    clock,
    chance: systemChance,
    feed: {
      changed: (change) => reconciler.changed(change).then(take),
      missed: () => {},
      connected: () => {},
    },
    tell(news) {
      if (news.kind === "listener_down" || news.kind === "change_retrying") fail(news.error);
      if (news.kind === "message_unreadable") fail(news.message.reason);
    },
    signal: stop.signal,
  });
  await done.promise;
  const endedAt = systemClock.monotonic();
  await listener.stop();
  stop.abort();
  await running;
  await log[Symbol.asyncDispose]();
  beganAt += systemClock.monotonic() - endedAt;
}
