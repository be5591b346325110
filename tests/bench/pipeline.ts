import { fullJitter } from "../../src/ground/backoff.ts";
import { systemChance } from "../../src/ground/chance.ts";
import { type Clock, systemClock } from "../../src/ground/clock.ts";
import { Delivery } from "../../src/delivery/delivery.ts";
import type { OutboundEvent } from "../../src/domain/event.ts";
import { eventOf } from "../../src/delivery/fire_event.ts";
import { broadcast } from "../../src/ground/tell.ts";
import { Counters } from "../../src/observe/counters.ts";
import { LogWriter } from "../../src/observe/log_writer.ts";
import type { News } from "../../src/observe/news.ts";
import { DropTally } from "../../src/observe/drop_tally.ts";
import { openLog } from "../../src/log/log.ts";
import { ApiClient, type ApiClientOptions } from "../../src/platform/api_client.ts";
import type { TimerManager } from "../../src/timers/timer_manager.ts";
import { openRules } from "./rules_in_memory.ts";
import type { RuleBook } from "../../src/sync/rule_book.ts";

/** Requests in flight at the same time, as the sensor has it unless told otherwise. */
export const CONCURRENCY = 32;
/** A token of about the usual length. */
export const TOKEN = `eyJ.${"x".repeat(300)}.x`;
export const SENSOR_REF = "core.timer_sensor";

/** From rules to events, as the sensor has it but for the broker. */
export interface Pipeline extends AsyncDisposable {
  readonly timers: TimerManager;
  readonly book: RuleBook;
  /** Fires what falls due after `since`. */
  start(since: number): void;
}

/** What a pipeline posts to, and who watches. */
export interface PipelineOptions {
  readonly url: string;
  readonly fetch?: NonNullable<ApiClientOptions["fetch"]>;
  /** Just before the request for an event is made. */
  readonly posting?: (event: OutboundEvent) => void;
  readonly stored: () => void;
}

/** Puts timers, delivery, API and log together; the log writes a line an event to standard output. */
export function openPipeline(options: PipelineOptions): Pipeline {
  const clock: Clock = systemClock;
  const log = openLog({ level: "info", format: "json", sensor: SENSOR_REF, clock });
  const token = { value: TOKEN, renew: () => Promise.resolve(false) };
  const { url: baseUrl, fetch } = options;
  const api = new ApiClient({ baseUrl, token, clock, ...fetch === undefined ? {} : { fetch } });
  const drops = new DropTally(log, clock);
  const counters = new Counters();
  const writer = new LogWriter(log);
  const tell = broadcast<News>([
    (news) => counters.listen(news),
    (news) => writer.listen(news),
    (news) => drops.listen(news),
    (news) => news.kind === "event_stored" && options.stored(),
  ], (error) => log.error("Failed to take news", { error }));
  const delivery = new Delivery({
    post(event, signal) {
      options.posting?.(event);
      return api.createEvent(event, signal);
    },
    outbox: {
      isUp: false,
      put: () => Promise.reject(new Error("No outbox")),
      bury: () => Promise.reject(new Error("No outbox")),
    },
    clock,
    concurrency: CONCURRENCY,
    backoff: fullJitter(200, 2000, systemChance),
    probeBackoff: fullJitter(500, 10_000, systemChance),
    outboxMaxAgeMs: 86_400_000,
    isKnown: () => true,
    tell,
    ports: { unauthorized: () => {}, ruleGone: () => {}, settled: () => {} },
  });
  const rules = openRules(clock, {
    fire(fire) {
      const event = eventOf(fire, SENSOR_REF);
      tell({ kind: "timer_fired", fire, event });
      delivery.submit(event);
    },
    dropped: (entry, dropped) => tell({ kind: "occurrences_missed", entry, dropped }),
  });
  return {
    ...rules,
    async [Symbol.asyncDispose]() {
      rules.timers[Symbol.dispose]();
      await delivery.drain(1000, 0);
      drops[Symbol.dispose]();
      api[Symbol.dispose]();
      await log[Symbol.asyncDispose]();
    },
  };
}
