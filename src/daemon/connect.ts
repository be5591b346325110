import { fullJitter } from "../ground/backoff.ts";
import type { Store } from "../broker/store.ts";
import type { RuleListener } from "../broker/rule_listener.ts";
import type { Chance } from "../ground/chance.ts";
import type { Clock } from "../ground/clock.ts";
import type { Config } from "../config/schema.ts";
import type { Engine } from "./engine.ts";
import { ExitCode, Fatal } from "../ground/exit.ts";
import type { Log } from "../log/log.ts";
import { messageOf } from "../ground/error_text.ts";
import type { ApiClient } from "../platform/api_client.ts";
import { unlessAborted } from "../ground/abort.ts";
import { retryUntil } from "../ground/retry.ts";

/** How long the API and the broker are tried at start, and then the rules. */
const START_TIMEOUT_MS = 30_000;
/** Between attempts at start. */
const START_BACKOFF_MS = [250, 3000] as const;

/** What is reached for at start, and until when. */
export interface ConnectOptions {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly api: ApiClient;
  readonly engine: Engine;
  /** Begins to hear of rules: not before it is certain that this instance may run. */
  readonly listen: () => RuleListener;
  readonly stop: AbortSignal;
}

/** Waits for the API, for the sensor's own queues, and for the messages about rules. Throws a {@link Fatal}. */
export async function connect(options: ConnectOptions): Promise<void> {
  const deadlineAt = options.clock.monotonic() + START_TIMEOUT_MS;
  await reachApi(options, deadlineAt);
  await reachBroker(options, deadlineAt);
}

async function reachApi(
  { config, log, clock, chance, api, stop }: ConnectOptions,
  deadlineAt: number,
): Promise<void> {
  const text = (error: unknown) =>
    `Failed to connect to Attune API at ${config.apiUrl}: ${messageOf(error)}`;
  try {
    await retryUntil(() => api.health(stop), {
      clock,
      backoff: fullJitter(...START_BACKOFF_MS, chance),
      deadlineAt,
      signal: stop,
      failed: (error, retryMs) =>
        log.repeated("warn", text(error), text(error), { retry_ms: Math.round(retryMs) }),
    });
  } catch (error) {
    stop.throwIfAborted();
    throw new Fatal(ExitCode.api, text(error), { cause: error });
  }
  log.info("API connectivity verified", { api_url: config.apiUrl });
}

async function reachBroker(
  { clock, engine, listen, stop }: ConnectOptions,
  deadlineAt: number,
): Promise<void> {
  const late = new AbortController();
  using _deadline = clock.alarm(Math.max(0, deadlineAt - clock.monotonic()), () => late.abort());
  const signal = AbortSignal.any([stop, late.signal]);
  let awaited: Pick<Store | RuleListener, "ready" | "trouble"> = engine.queues;
  try {
    await unlessAborted(awaited.ready, signal);
    awaited = listen();
    await unlessAborted(awaited.ready, signal);
  } catch {
    stop.throwIfAborted();
    throw new Fatal(ExitCode.broker, awaited.trouble?.message ?? "RabbitMQ does not answer");
  }
}

/** Waits for the first snapshot that succeeds; each that fails is told by the reconciler. */
export async function readRules(
  first: Promise<void>,
  { config, clock, engine, stop }: ConnectOptions,
): Promise<void> {
  const deadlineAt = clock.monotonic() + START_TIMEOUT_MS;
  for (let snapshot = first;; snapshot = engine.rules.requestSnapshot()) {
    try {
      return await unlessAborted(snapshot, stop);
    } catch (error) {
      stop.throwIfAborted();
      if (clock.monotonic() < deadlineAt) continue;
      const text = `Failed to read the rules from Attune API at ${config.apiUrl}: ${
        messageOf(error)
      }`;
      throw new Fatal(ExitCode.api, text, { cause: error });
    }
  }
}
