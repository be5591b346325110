import { fullJitter } from "./backoff.ts";
import { openRuleListener, type RuleListener } from "./broker/rule_listener.ts";
import type { Clock } from "./clock.ts";
import { type Config, redactedConfig } from "./config.ts";
import { type Engine, openEngine } from "./engine.ts";
import { ExitCode, Fatal } from "./exit.ts";
import { listenerJournal, messageOf } from "./journal.ts";
import type { Log } from "./log.ts";
import { ApiClient } from "./platform/api_client.ts";
import { openToken, type Token, TokenError } from "./platform/token.ts";
import { aborted, retryUntil, unlessAborted } from "./startup.ts";
import { onUncaught } from "./uncaught.ts";
import { VERSION } from "./version.ts";

/** How long the API and the broker are tried at start. */
const START_TIMEOUT_MS = 30_000;
/** Between attempts at start. */
const START_BACKOFF = fullJitter(250, 3000);

/** What the daemon runs on. */
export interface DaemonOptions {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  /** Aborted when the daemon is to stop. */
  readonly signal: AbortSignal;
}

/** Runs the sensor until the signal is aborted. Throws a {@link Fatal} when it cannot go on. */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const { config, log, clock, signal } = options;
  log.info("Timer sensor starting", { version: VERSION, config: redactedConfig(config) });
  // Aborted, with the reason, by what the sensor does not survive.
  const failure = new AbortController();
  const stop = AbortSignal.any([signal, failure.signal]);
  await using stack = new AsyncDisposableStack();
  stack.use(onUncaught((error) => failure.abort(error)));
  const token = await tokenOf(config);
  const api = stack.use(new ApiClient({ baseUrl: config.apiUrl, token, clock }));
  const engine = openEngine({
    config,
    log,
    clock,
    api,
    allowedTriggers: token.triggerTypes,
    signal: stop,
    unauthorized: (reason) => failure.abort(tokenFatal(token, clock, reason)),
  });
  const feed = listen(options, engine, failure.signal);
  stack.defer(() => shutDown(options, engine, feed.listener));
  try {
    await connect(options, { api, feed, stop });
    const snapshot = engine.reconciler.requestSnapshot();
    const reading = engine.reconciler.run();
    stack.defer(() => reading);
    await complete(snapshot, options, engine, stop);
    const timers = engine.timers.size;
    log.info(`Timer sensor ready with ${timers} timers`, { timers });
    await aborted(stop);
  } catch (error) {
    if (!stop.aborted) failure.abort(error);
  }
  failure.signal.throwIfAborted();
  log.info(`Timer sensor stopping: ${messageOf(signal.reason)}`);
}

interface Feed {
  readonly listener: RuleListener;
  /** The latest trouble with the broker. */
  readonly trouble: () => Error | null;
}

function listen({ config, log, clock }: DaemonOptions, engine: Engine, signal: AbortSignal): Feed {
  const journal = listenerJournal(log);
  let trouble: Error | null = null;
  const listener = openRuleListener({
    url: config.mqUrl,
    exchange: config.mqExchange,
    queue: `sensor.${config.sensorRef}`,
    clock,
    signal,
  }, {
    ...journal,
    change: (change) => engine.reconciler.change(change),
    up() {
      journal.up(listener.address);
      // Failures are told where they happen.
      engine.reconciler.requestSnapshot();
    },
    down(error, retryMs) {
      trouble = error;
      journal.down(error, retryMs);
    },
  });
  listener.ready.catch(() => {/* stopped before: whoever waits for it knows */});
  return { listener, trouble: () => trouble };
}

/** Waits for the API and for the broker. Throws a {@link Fatal}. */
async function connect(
  { config, log, clock }: DaemonOptions,
  { api, feed, stop }: { api: ApiClient; feed: Feed; stop: AbortSignal },
): Promise<void> {
  const deadlineAt = clock.monotonic() + START_TIMEOUT_MS;
  const text = (error: unknown) =>
    `Failed to connect to Attune API at ${config.apiUrl}: ${messageOf(error)}`;
  try {
    await retryUntil(() => api.health(stop), {
      clock,
      backoff: START_BACKOFF,
      deadlineAt,
      signal: stop,
      failed: (error, retryMs) => log.warn(text(error), { retry_ms: Math.round(retryMs) }),
    });
  } catch (error) {
    stop.throwIfAborted();
    throw new Fatal(ExitCode.api, text(error), { cause: error });
  }
  log.info("API connectivity verified", { api_url: config.apiUrl });
  const late = new AbortController();
  using _deadline = clock.alarm(Math.max(0, deadlineAt - clock.monotonic()), () => late.abort());
  try {
    await unlessAborted(feed.listener.ready, AbortSignal.any([stop, late.signal]));
  } catch {
    stop.throwIfAborted();
    const where = `Failed to connect to RabbitMQ at ${feed.listener.address}`;
    throw new Fatal(ExitCode.broker, feed.trouble()?.message ?? where);
  }
}

/** Waits for the first snapshot that succeeds; each that fails is told by the reconciler. */
async function complete(
  first: Promise<void>,
  { config, clock }: DaemonOptions,
  { reconciler }: Engine,
  stop: AbortSignal,
): Promise<void> {
  const deadlineAt = clock.monotonic() + START_TIMEOUT_MS;
  for (let snapshot = first;; snapshot = reconciler.requestSnapshot()) {
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

/** Takes nothing in and fires nothing any more, and delivers what is due. */
async function shutDown(
  { config, log }: DaemonOptions,
  engine: Engine,
  listener: RuleListener,
): Promise<void> {
  engine.timers[Symbol.dispose]();
  await Promise.all([listener.stop(), engine.delivery.drain(config.shutdownTimeoutMs)]);
  log.info("Timer sensor stopped", { ...engine.counts });
}

async function tokenOf({ apiToken, apiTokenFile }: Config): Promise<Token> {
  try {
    return await openToken({ value: apiToken, file: apiTokenFile });
  } catch (error) {
    if (error instanceof TokenError) {
      throw new Fatal(ExitCode.usage, error.message, { cause: error });
    }
    throw error;
  }
}

function tokenFatal({ expiresAt }: Token, clock: Clock, reason: string): Fatal {
  const isExpired = expiresAt !== null && expiresAt <= clock.now();
  return new Fatal(ExitCode.token, `Token ${isExpired ? "expired" : "refused"}: ${reason}`);
}
