import { Health } from "../admin/health.ts";
import { History } from "../admin/history.ts";
import { Lately } from "../admin/lately.ts";
import { Live } from "../admin/live.ts";
import { Metrics } from "../admin/metrics.ts";
import { Pulse } from "../admin/pulse.ts";
import { routesOf } from "../admin/routes.ts";
import { router } from "../admin/router.ts";
import { viewsOf } from "../admin/rule_view.ts";
import { openServer } from "../admin/server.ts";
import { snapshotOf } from "../admin/snapshot.ts";
import { addStateMetrics } from "../admin/state_metrics.ts";
import type { Role, Subject } from "../admin/subject.ts";
import { Vitals } from "../admin/vitals.ts";
import { joined, type Watch } from "../admin/watch.ts";
import type { Clock } from "../ground/clock.ts";
import type { Config } from "../config/config.ts";
import { isLoopback } from "../config/address.ts";
import type { Engine } from "./engine.ts";
import type { Leadership } from "./leadership.ts";
import type { Log } from "../log/log.ts";
import { messageOf } from "../ground/error_text.ts";
import type { TokenKeeper } from "../platform/token_keeper.ts";
import type { TimeWatch } from "../process/time_watch.ts";

/** What looking at the sensor needs of it. */
export interface AdministrationOptions {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly timeWatch: TimeWatch;
  readonly keeper: TokenKeeper;
  /** Aborted when the sensor is asked to stop, or cannot go on. */
  readonly signal: AbortSignal;
}

/** Shows the sensor to its operators, where it is told to. */
export class Administration {
  readonly #options: AdministrationOptions;
  readonly #vitals: Vitals;
  readonly #metrics: Metrics;
  readonly #history: History;
  readonly #lately: Lately;
  readonly #pulse: Pulse;
  readonly #shard: string;
  /** What is to be told of everything; nothing, where nobody may look. */
  readonly watch: Watch | undefined;

  constructor(options: AdministrationOptions) {
    this.#options = options;
    this.#vitals = new Vitals(options.clock);
    const { index, count } = options.config.shard;
    this.#shard = `${index}/${count}`;
    this.#metrics = new Metrics(options.clock, this.#shard);
    this.#history = new History(options.clock);
    this.#lately = new Lately(options.clock);
    this.#pulse = new Pulse(options.clock);
    if (options.config.adminAddress === null) return;
    this.watch = [
      this.#metrics.watch,
      this.#history.watch,
      this.#lately.watch,
      this.#pulse.watch,
    ].reduce(joined, this.#vitals.watch);
  }

  /** Serves until the result is disposed of. Throws a `Fatal` where it cannot. */
  open(engine: Engine, leadership: Leadership): AsyncDisposable | null {
    const { config: { adminAddress }, log, clock } = this.#options;
    if (adminAddress === null) return null;
    const subject = this.#subject(engine, leadership);
    const health = new Health(clock, subject, this.#vitals);
    addStateMetrics(this.#metrics, { clock, subject, vitals: this.#vitals, health });
    const failed = (error: unknown) => {
      const text = `Failed to answer a request: ${messageOf(error)}`;
      log.repeated("error", text, text);
    };
    const views = viewsOf(engine, this.#history);
    const live = new Live({
      clock,
      snapshot: () =>
        snapshotOf({
          clock,
          shard: this.#shard,
          subject,
          health,
          views,
          lately: this.#lately,
          pulse: this.#pulse,
          outboxAge: this.#metrics.outboxAge,
        }),
      failed,
    });
    const routes = routesOf({
      health,
      registry: this.#metrics.registry,
      clock,
      views,
      history: this.#history,
      live,
    });
    const server = openServer(adminAddress, router(routes, failed));
    log.info(`Health and metrics are served at ${server.url}`);
    if (!isLoopback(adminAddress)) {
      log.warn(
        `Whoever reaches ${server.url} can read the rules' names and schedules: ` +
          "let nobody else reach it, or serve on a loopback address",
      );
    }
    const stack = new AsyncDisposableStack();
    stack.use(server);
    stack.use(live);
    return stack;
  }

  #subject(engine: Engine, leadership: Leadership): Subject {
    const { config, timeWatch, keeper, signal } = this.#options;
    return {
      get role(): Role {
        if (!config.ha) return "single";
        return leadership.isHeld ? "leader" : "standby";
      },
      get isStopping() {
        return signal.aborted;
      },
      get isFiring() {
        return engine.isFiring;
      },
      get handedOutTo() {
        return engine.timers.handedOutTo;
      },
      get timers() {
        return engine.timers.size;
      },
      census: engine.book.census,
      get backlog() {
        return engine.delivery;
      },
      get lagMs() {
        return timeWatch.lagMs;
      },
      takeMaxLagMs: () => timeWatch.takeMaxLagMs(),
      get tokenSecondsToExpiry() {
        return keeper.secondsToExpiry;
      },
    };
  }
}
