import { Health } from "../admin/health.ts";
import { askedByName } from "../admin/hosts.ts";
import { History } from "../admin/history.ts";
import { RecentActivity } from "../admin/recent_activity.ts";
import { Live } from "../admin/live.ts";
import { Metrics } from "../admin/metrics.ts";
import { Pulse } from "../admin/pulse.ts";
import { routesOf } from "../admin/routes.ts";
import { router } from "../admin/router.ts";
import { viewsOf } from "../admin/rule_view.ts";
import { openServer } from "../admin/server.ts";
import { snapshotOf } from "../admin/snapshot.ts";
import { addStateMetrics } from "../admin/state_metrics.ts";
import type { Role, SensorState } from "../admin/sensor_state.ts";
import { Vitals } from "../admin/vitals.ts";
import type { Clock } from "../ground/clock.ts";
import type { Config } from "../config/schema.ts";
import { isLoopback } from "../config/address.ts";
import type { RuleId } from "../domain/rule.ts";
import type { Engine } from "./engine.ts";
import type { Counters } from "../observe/counters.ts";
import type { News } from "../observe/news.ts";
import type { Log } from "../log/log.ts";
import { messageOf } from "../ground/error_text.ts";
import type { TokenKeeper } from "../platform/token_keeper.ts";
import type { TimeWatch } from "../process/time_watch.ts";

/** Where the sensor is shown, and by which clock. */
export interface AdministrationOptions {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
}

/** What is shown. */
export interface Shown {
  readonly engine: Engine;
  /** `null` for one that fires alone. */
  readonly lease: { readonly isHeld: boolean } | null;
  readonly timeWatch: TimeWatch;
  readonly keeper: TokenKeeper;
  /** Aborted when the sensor is asked to stop, or cannot go on. */
  readonly signal: AbortSignal;
}

/** Shows the sensor to its operators, where it is told to. */
export class Administration {
  readonly #counters: Counters;
  readonly #options: AdministrationOptions;
  readonly #vitals: Vitals;
  readonly #metrics: Metrics;
  readonly #history: History;
  readonly #activity: RecentActivity;
  readonly #pulse: Pulse;
  readonly #shard: string;

  constructor(
    options: AdministrationOptions,
    counters: Counters,
    isKnown: (ruleId: RuleId) => boolean,
  ) {
    const { clock, config: { shard } } = options;
    this.#options = options;
    this.#counters = counters;
    this.#vitals = new Vitals(clock);
    this.#shard = `${shard.index}/${shard.count}`;
    this.#metrics = new Metrics(clock, this.#shard, counters);
    this.#history = new History(clock, isKnown);
    this.#activity = new RecentActivity(clock);
    this.#pulse = new Pulse(clock);
  }

  /** Who is to be told of everything; nobody, where nobody may look. */
  get listeners(): readonly { listen(news: News): void }[] {
    if (this.#options.config.adminAddress === null) return [];
    return [this.#vitals, this.#metrics, this.#history, this.#activity, this.#pulse];
  }

  /** Serves until the result is disposed of. Throws a `Fatal` where it cannot. */
  open(shown: Shown): AsyncDisposable | null {
    const { config: { adminAddress, adminHosts }, log, clock } = this.#options;
    if (adminAddress === null) return null;
    const sensor = this.#state(shown);
    const health = new Health(clock, sensor, this.#vitals);
    addStateMetrics(this.#metrics, { clock, sensor, vitals: this.#vitals, health });
    const failed = (error: unknown) => {
      const text = `Failed to answer a request: ${messageOf(error)}`;
      log.repeated("error", text, text);
    };
    const views = viewsOf(shown.engine.ruleSources, this.#history);
    const live = new Live({
      clock,
      snapshot: () =>
        snapshotOf({
          clock,
          shard: this.#shard,
          sensor,
          health,
          views,
          activity: this.#activity,
          counters: this.#counters,
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
    const server = openServer(
      { address: adminAddress, clock, failed },
      askedByName([adminAddress.hostname, ...adminHosts], router(routes, failed)),
    );
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
    stack.use(health);
    return stack;
  }

  #state({ engine, lease, timeWatch, keeper, signal }: Shown): SensorState {
    return {
      get role(): Role {
        if (lease === null) return "single";
        return lease.isHeld ? "leader" : "standby";
      },
      get isStopping() {
        return signal.aborted;
      },
      get isFiring() {
        return engine.isFiring;
      },
      get handedOutTo() {
        return engine.handedOutTo;
      },
      get timers() {
        return engine.size;
      },
      census: engine.ruleSources.book.census,
      get backlog() {
        return engine.backlog;
      },
      get lagMs() {
        return timeWatch.lagMs;
      },
      get maxLagMs() {
        return timeWatch.maxLagMs;
      },
      get tokenSecondsToExpiry() {
        return keeper.secondsToExpiry;
      },
    };
  }
}
