import type { Connect } from "../broker/channel.ts";
import { Lease } from "../broker/lease.ts";
import { openRuleListener, type RuleListener } from "../broker/rule_listener.ts";
import { redactedConfig } from "../config/config.ts";
import type { Config } from "../config/schema.ts";
import { queuesOf } from "../domain/shard.ts";
import { alone } from "../domain/tenure.ts";
import { aborted, unlessAborted } from "../ground/abort.ts";
import { fullJitter } from "../ground/backoff.ts";
import type { Chance } from "../ground/chance.ts";
import type { Clock } from "../ground/clock.ts";
import { messageOf } from "../ground/error_text.ts";
import type { RuleId } from "../domain/rule.ts";
import { ExitCode, Fatal } from "../ground/exit.ts";
import { BUILT_FROM, VERSION } from "../ground/version.ts";
import { broadcast } from "../ground/tell.ts";
import type { Log } from "../log/log.ts";
import { Counters, type EventCounts } from "../observe/counters.ts";
import { DropTally } from "../observe/drop_tally.ts";
import { LogWriter } from "../observe/log_writer.ts";
import type { News } from "../observe/news.ts";
import { Summary } from "../observe/summary.ts";
import { openTracing, traced } from "../observe/tracing.ts";
import { ApiClient } from "../platform/api_client.ts";
import type { Fetch } from "../platform/http.ts";
import { ClockSkew } from "../platform/clock_skew.ts";
import { TokenKeeper } from "../platform/token_keeper.ts";
import { openToken, type Token } from "../platform/token.ts";
import { TokenError } from "../platform/token_file.ts";
import { watchParent } from "../process/parent_watch.ts";
import { TimeWatch } from "../process/time_watch.ts";
import { Administration } from "./administration.ts";
import { connect, readRules } from "./connect.ts";
import { Engine } from "./engine.ts";
import type { ReignOptions } from "./reign.ts";

/** Between attempts to renew the token. */
const TOKEN_BACKOFF_MS = [1000, 60_000] as const;
/** After its time to end the sensor closes what it can for so long: 5 s after SIGTERM it is killed (contract 1.5). */
const CLOSE_MS = 300;
const EXPIRED = "Token expired: provide a new one and start again, events that were due are kept";

/** What the daemon runs on. */
export interface DaemonOptions {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly chance: Chance;
  /** How the API and the broker are reached: over the network unless told otherwise. */
  readonly network?: { readonly fetch: Fetch; readonly connect: Connect };
  /** Aborted when the daemon is to stop. */
  readonly signal: AbortSignal;
  /** Aborted with the error that nobody caught, which the daemon does not survive. */
  readonly uncaught: AbortSignal;
}

/** Runs the sensor until the signal is aborted. Throws a {@link Fatal} when it cannot go on. */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const { config, log, clock, chance, network, uncaught } = options;
  const built = { version: VERSION, ...(BUILT_FROM === null ? {} : { commit: BUILT_FROM }) };
  log.info("Timer sensor starting", { ...built, config: redactedConfig(config) });
  // Aborted, with the reason, by what the sensor does not survive.
  const failure = new AbortController();
  uncaught.addEventListener("abort", () => failure.abort(uncaught.reason), { once: true });
  const orphan = new AbortController();
  const signal = AbortSignal.any([options.signal, orphan.signal]);
  const stop = AbortSignal.any([signal, failure.signal]);
  const stack = new AsyncDisposableStack();
  await using _bounded = { [Symbol.asyncDispose]: () => closeInTime(stack, options) };
  const counters = new Counters();
  const isKnown = (ruleId: RuleId): boolean => engine.ruleSources.book.has(ruleId);
  const administration = new Administration(options, counters, isKnown);
  const drops = new DropTally(log, clock);
  const tracing = openTracing();
  const tell = broadcast<News>(
    [counters, new LogWriter(log), drops, tracing, ...administration.listeners]
      .flatMap((it) => it === null ? [] : [(news: News) => it.listen(news)]),
    (error) => log.repeated("error", "news", `Failed to take news: ${messageOf(error)}`),
  );
  const timeWatch = stack.use(new TimeWatch(clock, tell));
  if (config.sensorId !== null) stack.use(watchManager(options, orphan));
  const token = await tokenOf(config);
  const skew = new ClockSkew(clock);
  // Renewing the token takes the API, and the API takes the token.
  const keeper: TokenKeeper = new TokenKeeper({
    token,
    clock,
    skew,
    issue: (request, signal) => api.issueToken(request, signal),
    backoff: fullJitter(...TOKEN_BACKOFF_MS, chance),
    tell,
    // Refused, it ends the sensor.
    expired: () => engine.rules.hasten(),
    signal: stop,
  });
  const api = stack.use(
    new ApiClient({
      baseUrl: config.apiUrl,
      token: keeper,
      clock,
      skew,
      fetch: network?.fetch,
    }),
  );
  const refused = (reason: string) => failure.abort(new Fatal(ExitCode.usage, reason));
  const base = `sensor.${config.sensorRef}`;
  const queues = queuesOf(base, config.shard);
  const engine: Engine = new Engine({
    config,
    clock,
    chance,
    connect: network?.connect,
    api,
    skew,
    post: traced(tracing, (event, signal) => api.createEvent(event, signal)),
    tell,
    allowedTriggers: token.triggerTypes,
    queueBase: base,
    signal: stop,
    unauthorized: (reason) => failure.abort(tokenFatal(keeper, reason)),
    refused: ({ message }) => refused(message),
  });
  stack.use(engine);
  const lease = config.ha
    ? stack.use(
      new Lease({
        url: config.mqUrl,
        connect: network?.connect,
        queue: queues.lease,
        clock,
        chance,
        tell,
        refused,
      }),
    )
    : null;
  // From before the first connection to after the last, so that both can be watched.
  stack.use(administration.open({ engine, lease, timeWatch, keeper, signal: stop }));
  let listener: RuleListener | null = null;
  let reigning = Promise.resolve(0);
  const working: Promise<void>[] = [];
  stack.defer(async () => {
    const deaf = listener?.stop();
    const left = await reigning.catch(() => 0);
    drops[Symbol.dispose]();
    tellEnd(log, left, counters.events);
    await Promise.all([deaf, ...working]);
  });
  const start = {
    config,
    log,
    clock,
    chance,
    api,
    engine,
    listen: () =>
      listener = openRuleListener({
        url: config.mqUrl,
        connect: network?.connect,
        exchange: config.mqExchange,
        queue: queues.rules,
        isOneOfMany: config.ha,
        clock,
        chance,
        feed: engine.rules,
        tell,
        signal: failure.signal,
      }),
    stop,
  };
  try {
    await connect(start);
    working.push(keeper.run().catch((error) => failure.abort(error)));
    const snapshot = engine.rules.requestSnapshot();
    working.push(engine.rules.run().catch((error) => failure.abort(error)));
    const rulesKnown = readRules(snapshot, start);
    // It may fail, or be given up, while something else is waited for: nobody else would catch that.
    rulesKnown.catch((error) => stop.aborted || failure.abort(error));
    const underWay = Promise.withResolvers<void>();
    const about = { rulesKnown, ending: stop, underWay: underWay.resolve };
    // Alone, it fires a rule as soon as it is known; one of several has to know all to take over.
    if (lease !== null) await rulesKnown;
    reigning = reignOver(engine, lease, about);
    reigning.catch((error) => failure.abort(error));
    if (lease === null) await unlessAborted(underWay.promise, stop);
    const timers = engine.size;
    const role = lease === null ? {} : { role: "standby" };
    log.info(`Timer sensor ready with ${timers} timers`, { timers, ...role });
    stack.use(new Summary(log, clock, engine, counters));
    await aborted(stop);
  } catch (error) {
    if (!stop.aborted) failure.abort(error);
  }
  failure.signal.throwIfAborted();
  log.info(`Timer sensor stopping: ${messageOf(signal.reason)}`);
}

/** Fires while nobody else does: from now on where there is no lease, else whenever this instance holds it. */
async function reignOver(
  engine: Engine,
  lease: Lease | null,
  options: ReignOptions,
): Promise<number> {
  if (lease === null) return await engine.reign(alone(), options);
  let left = 0;
  for await (const tenure of lease.tenures(options.ending)) {
    const reigning = engine.reign(tenure, options);
    // Messages may have been missed while standing by; the next snapshot could be a minute away.
    engine.rules.connected();
    left = await reigning;
  }
  return left;
}

/** What hangs, a broker or a file, does not hold up the end: the process goes without it. */
async function closeInTime(
  stack: AsyncDisposableStack,
  { config, log, clock }: DaemonOptions,
): Promise<void> {
  const late = Promise.withResolvers<"late">();
  const limitMs = config.shutdownTimeoutMs + CLOSE_MS;
  using _deadline = clock.alarm(limitMs, () => late.resolve("late"));
  const closed = stack.disposeAsync();
  closed.catch(() => {/* whoever waits is told; nobody does after the deadline */});
  if (await Promise.race([closed, late.promise]) !== "late") return;
  log.warn(
    "Timer sensor ends without having closed everything: RabbitMQ or a file does not answer",
  );
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

/** `left`: events that are neither delivered nor in the outbox. */
function tellEnd(log: Log, left: number, events: Readonly<EventCounts>): void {
  if (left > 0) {
    const text = `${left} events are neither delivered nor in the outbox`;
    log.warn(`${text}: the next start makes up for them from the checkpoint`, { count: left });
  }
  const { stored, refused, parked, dropped, expired, discarded } = events;
  log.info("Timer sensor stopped", { stored, refused, parked, dropped, expired, discarded });
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
