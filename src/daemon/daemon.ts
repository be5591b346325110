import { Administration } from "./administration.ts";
import { fullJitter } from "../ground/backoff.ts";
import { both } from "../observe/both.ts";
import type { Watch } from "../admin/watch.ts";
import { openRuleListener, type RuleListener } from "../broker/rule_listener.ts";
import type { Clock } from "../ground/clock.ts";
import { type Config, redactedConfig } from "../config/config.ts";
import { connect, readRules } from "./connect.ts";
import { Engine } from "./engine.ts";
import { ExitCode, Fatal } from "../ground/exit.ts";
import { listenerJournal } from "../observe/broker_journal.ts";
import { timeJournal, tokenJournal } from "../observe/process_journal.ts";
import { Summary } from "../observe/summary.ts";
import { Leadership } from "./leadership.ts";
import type { Log } from "../log/log.ts";
import { messageOf } from "../ground/error_text.ts";
import { watchParent } from "../process/parent_watch.ts";
import { ApiClient } from "../platform/api_client.ts";
import { ClockSkew } from "../platform/clock_skew.ts";
import { TokenKeeper } from "../platform/token_keeper.ts";
import { openToken, type Token, TokenError } from "../platform/token.ts";
import { queuesOf } from "../domain/shard.ts";
import { aborted } from "../ground/abort.ts";
import { TimeWatch } from "../process/time_watch.ts";
import { onUncaught } from "../process/uncaught.ts";
import { BUILT_FROM, VERSION } from "../ground/version.ts";

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
  const built = { version: VERSION, ...(BUILT_FROM === null ? {} : { commit: BUILT_FROM }) };
  log.info("Timer sensor starting", { ...built, config: redactedConfig(config) });
  // Aborted, with the reason, by what the sensor does not survive.
  const failure = new AbortController();
  const orphan = new AbortController();
  const signal = AbortSignal.any([options.signal, orphan.signal]);
  const stop = AbortSignal.any([signal, failure.signal]);
  await using stack = new AsyncDisposableStack();
  stack.use(onUncaught((error) => failure.abort(error)));
  const timeWatch = stack.use(new TimeWatch(clock, timeJournal(log)));
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
  const looked = { config, log, clock, timeWatch, keeper, signal: stop };
  const administration = new Administration(looked);
  const { watch } = administration;
  const base = `sensor.${config.sensorRef}`;
  const queues = queuesOf(base, config.shard);
  const engine: Engine = new Engine({
    config,
    log,
    clock,
    api,
    allowedTriggers: token.triggerTypes,
    queueBase: base,
    mayAct: () => !config.ha || leadership.isHeld,
    signal: stop,
    unauthorized: (reason) => failure.abort(tokenFatal(keeper, reason)),
    refused: (error) => failure.abort(new Fatal(ExitCode.usage, error.message, { cause: error })),
    watch,
  });
  stack.use(engine.store);
  const leadership = stack.use(
    new Leadership({
      engine,
      url: config.mqUrl,
      queue: queues.lease,
      clock,
      log,
      watch: watch?.lease,
      failed: (error) => failure.abort(error),
      signal: stop,
    }),
  );
  // From before the first connection to after the last, so that both can be watched.
  stack.use(administration.open(engine, leadership));
  let listener: RuleListener | null = null;
  stack.defer(() => shutDown(options, engine, listener));
  const start = {
    config,
    log,
    clock,
    api,
    engine,
    listen: () => listener = listen(options, queues.rules, engine, failure.signal, watch),
    stop,
  };
  try {
    await connect(start);
    const keeping = keeper.run();
    stack.defer(() => keeping);
    const snapshot = engine.reconciler.requestSnapshot();
    const reading = engine.reconciler.run();
    stack.defer(() => reading);
    const rulesKnown = readRules(snapshot, start);
    // It may fail, or be given up, while something else is waited for: nobody else would catch that.
    rulesKnown.catch((error) => stop.aborted || failure.abort(error));
    // Alone, it fires a rule as soon as it is known; one of several has to know all to take over.
    if (!config.ha) await engine.lead(rulesKnown, stop);
    await rulesKnown;
    if (config.ha) leadership.compete();
    const timers = engine.timers.size;
    const role = config.ha ? { role: "standby" } : {};
    log.info(`Timer sensor ready with ${timers} timers`, { timers, ...role });
    stack.use(new Summary(log, clock, engine));
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

function listen(
  { config, log, clock }: DaemonOptions,
  queue: string,
  engine: Engine,
  signal: AbortSignal,
  watch: Watch | undefined,
): RuleListener {
  const journal = both(listenerJournal(log), watch?.listener);
  const listener = openRuleListener({
    url: config.mqUrl,
    exchange: config.mqExchange,
    queue,
    isOneOfMany: config.ha,
    clock,
    signal,
  }, {
    ...journal,
    change(change) {
      watch?.messages.heard?.(change);
      return engine.reconciler.change(change);
    },
    up() {
      journal.up(listener.address);
      // Failures are told where they happen.
      engine.reconciler.requestSnapshot();
    },
  });
  listener.ready.catch(() => {/* stopped before: whoever waits for it knows */});
  return listener;
}

/** Takes nothing in and fires nothing any more, delivers what is due, and leaves the rest in the outbox. */
async function shutDown(
  { config, log }: DaemonOptions,
  engine: Engine,
  listener: RuleListener | null,
): Promise<void> {
  const [left] = await Promise.all([engine.end(config.shutdownTimeoutMs), listener?.stop()]);
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
