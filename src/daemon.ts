import { fullJitter } from "./backoff.ts";
import { openRuleListener, type RuleListener } from "./broker/rule_listener.ts";
import type { Clock } from "./clock.ts";
import { type Config, redactedConfig } from "./config.ts";
import { type Engine, openEngine } from "./engine.ts";
import { ExitCode, Fatal } from "./exit.ts";
import { listenerJournal, resumeJournal } from "./journal/broker_journal.ts";
import { timeJournal, tokenJournal } from "./journal/process_journal.ts";
import type { Log } from "./log.ts";
import { messageOf } from "./message_of.ts";
import { watchParent } from "./parent_watch.ts";
import { ApiClient } from "./platform/api_client.ts";
import { ClockSkew } from "./platform/clock_skew.ts";
import { TokenKeeper } from "./platform/token_keeper.ts";
import { openToken, type Token, TokenError } from "./platform/token.ts";
import { resumeFrom } from "./resume.ts";
import { aborted, retryUntil, unlessAborted } from "./startup.ts";
import { TimeWatch } from "./time_watch.ts";
import { onUncaught } from "./uncaught.ts";
import { VERSION } from "./version.ts";

/** How long the API and the broker are tried at start. */
const START_TIMEOUT_MS = 30_000;
/** Between attempts at start. */
const START_BACKOFF = fullJitter(250, 3000);
/** Between attempts to renew the token. */
const TOKEN_BACKOFF = fullJitter(1000, 60_000);
const EXPIRED = "Token expired: provide a new one and start again, events that were due are kept";

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
  const { config, log, clock } = options;
  log.info("Timer sensor starting", { version: VERSION, config: redactedConfig(config) });
  // Aborted, with the reason, by what the sensor does not survive.
  const failure = new AbortController();
  const orphan = new AbortController();
  const signal = AbortSignal.any([options.signal, orphan.signal]);
  const stop = AbortSignal.any([signal, failure.signal]);
  await using stack = new AsyncDisposableStack();
  stack.use(onUncaught((error) => failure.abort(error)));
  stack.use(new TimeWatch(clock, timeJournal(log)));
  if (config.sensorId !== null) stack.use(watchManager(options, orphan));
  const token = await tokenOf(config);
  const skew = new ClockSkew(clock);
  // Renewing the token takes the API, and the API takes the token.
  const keeper: TokenKeeper = new TokenKeeper({
    token,
    clock,
    skew,
    issue: (request, signal) => api.issueToken(request, signal),
    backoff: TOKEN_BACKOFF,
    on: { ...tokenJournal(log), expired: () => failure.abort(new Fatal(ExitCode.token, EXPIRED)) },
    signal: stop,
  });
  const api = stack.use(new ApiClient({ baseUrl: config.apiUrl, token: keeper, clock, skew }));
  const queue = `sensor.${config.sensorRef}`;
  const engine = openEngine({
    config,
    log,
    clock,
    api,
    allowedTriggers: token.triggerTypes,
    queue,
    signal: stop,
    unauthorized: (reason) => failure.abort(tokenFatal(keeper, reason)),
  });
  stack.use(engine.store);
  const feed = listen(options, queue, engine, failure.signal);
  stack.defer(() => shutDown(options, engine, feed.listener));
  try {
    await connect(options, { api, feed, engine, stop });
    const keeping = keeper.run();
    stack.defer(() => keeping);
    const snapshot = engine.reconciler.requestSnapshot();
    const reading = engine.reconciler.run();
    stack.defer(() => reading);
    await resume(options, engine, stop);
    await complete(snapshot, options, engine, stop);
    engine.begin();
    const timers = engine.timers.size;
    log.info(`Timer sensor ready with ${timers} timers`, { timers });
    await aborted(stop);
  } catch (error) {
    if (!stop.aborted) failure.abort(error);
  }
  failure.signal.throwIfAborted();
  log.info(`Timer sensor stopping: ${messageOf(signal.reason)}`);
}

/** A manager that dies gives its sensors no signal, and starts others in their place (contract 1.5). */
function watchManager({ log, clock }: DaemonOptions, orphan: AbortController): Disposable {
  const text = "The process that started this sensor is gone";
  return watchParent({
    clock,
    parentPid: () => Deno.ppid,
    orphaned() {
      log.warn(`${text}: stopping, so that no two copies fire`);
      orphan.abort(new Error(text));
    },
  });
}

/** Goes on where the process before this one left off. */
async function resume(
  { config, log, clock }: DaemonOptions,
  engine: Engine,
  stop: AbortSignal,
): Promise<void> {
  const checkpoint = await retryUntil(() => engine.store.checkpoint.read(), {
    clock,
    backoff: START_BACKOFF,
    deadlineAt: clock.monotonic() + START_TIMEOUT_MS,
    signal: stop,
    failed: (error) => log.warn(`Failed to read the checkpoint: ${messageOf(error)}`),
  }).catch((error) => {
    stop.throwIfAborted();
    throw new Fatal(ExitCode.broker, `Failed to read the checkpoint: ${messageOf(error)}`);
  });
  const resumption = resumeFrom(checkpoint, clock.now());
  resumeJournal(log, config.catchUpWindowMs)(resumption);
  engine.timers.start(resumption.since);
}

interface Feed {
  readonly listener: RuleListener;
  /** The latest trouble with the broker. */
  readonly trouble: () => Error | null;
}

function listen(
  { config, log, clock }: DaemonOptions,
  queue: string,
  engine: Engine,
  signal: AbortSignal,
): Feed {
  const journal = listenerJournal(log);
  let trouble: Error | null = null;
  const listener = openRuleListener({
    url: config.mqUrl,
    exchange: config.mqExchange,
    queue,
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
  { api, feed, engine, stop }: {
    api: ApiClient;
    feed: Feed;
    engine: Engine;
    stop: AbortSignal;
  },
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
    const ready = Promise.all([feed.listener.ready, engine.store.ready]);
    await unlessAborted(ready, AbortSignal.any([stop, late.signal]));
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

/** Takes nothing in and fires nothing any more, delivers what is due, and leaves the rest in the outbox. */
async function shutDown(
  { config, log }: DaemonOptions,
  engine: Engine,
  listener: RuleListener,
): Promise<void> {
  const [left] = await Promise.all([engine.end(config.shutdownTimeoutMs), listener.stop()]);
  if (left > 0) {
    const text = `${left} events are neither delivered nor in the outbox`;
    log.warn(`${text}: the next start makes up for them from the checkpoint`, { count: left });
  }
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

function tokenFatal({ isExpired }: TokenKeeper, reason: string): Fatal {
  return new Fatal(
    ExitCode.token,
    isExpired ? `${EXPIRED} (${reason})` : `Token refused: ${reason}`,
  );
}
