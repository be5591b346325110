import type { Clock } from "../ground/clock.ts";
import type { SensorState } from "./sensor_state.ts";
import type { Vitals } from "./vitals.ts";

/** Something this late is overdue, unless it is being worked on. */
const OVERDUE_MS = 30_000;

/** Between two looks at what is overdue. */
const PERIOD_MS = 1000;

/** An answer to a probe: well or not, and the reasons. */
export interface Finding {
  readonly isWell: boolean;
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * Answers the probes of whoever runs the sensor. It looks by itself whether anything moves: an answer does
 * not depend on who asked before.
 */
export class Health implements Disposable {
  readonly #clock: Clock;
  readonly #state: SensorState;
  readonly #vitals: Vitals;
  #alarm: Disposable;
  /** What was found overdue, and when first, on the monotonic clock. */
  #stuck: { readonly at: number; readonly since: number } | null = null;

  constructor(clock: Clock, sensor: SensorState, vitals: Vitals) {
    this.#clock = clock;
    this.#state = sensor;
    this.#vitals = vitals;
    this.#alarm = this.#arm();
  }

  [Symbol.dispose](): void {
    this.#alarm[Symbol.dispose]();
  }

  /**
   * Whether the process is of use: that this is answered proves that the event loop turns, and what fell
   * due must have been handed out, or be under way. A restart would not help against anything else.
   */
  live(): Finding {
    const { isFiring, lagMs } = this.#state;
    const overdueMs = this.#overdueMs();
    const isWell = overdueMs <= OVERDUE_MS || !this.#isStuck();
    const overdue = seconds(overdueMs);
    const reasons = isWell
      ? []
      : [`Something fell due ${overdue} s ago, and nothing moved for ${seconds(OVERDUE_MS)} s`];
    const details = {
      alive: isWell,
      reasons,
      firing: isFiring,
      overdue_seconds: overdue,
      event_loop_lag_seconds: seconds(lagMs),
    };
    return { isWell, details };
  }

  /** Whether it does its work: or would, at once, as a standby. */
  ready(): Finding {
    const { role, timers } = this.#state;
    const { api, messages, outbox, lease, snapshotAgeMs } = this.#vitals;
    const reasons = this.#shortcomings();
    const details = {
      ready: reasons.length === 0,
      role,
      reasons,
      timers,
      snapshot: snapshotAgeMs === null
        ? { state: "missing" }
        : { state: "done", seconds: Math.round(snapshotAgeMs / 1000) },
      api,
      broker: role === "single" ? { messages, outbox } : { messages, outbox, lease },
    };
    return { isWell: reasons.length === 0, details };
  }

  #shortcomings(): string[] {
    const { isStopping, isFiring, role } = this.#state;
    const { api, messages, outbox, lease, snapshotAgeMs } = this.#vitals;
    if (isStopping) return ["The sensor is stopping"];
    return [
      snapshotAgeMs === null ? "The rules have not been read yet" : "",
      api.isUp ? "" : "The Attune API does not answer, or has not been asked yet",
      messages.isUp ? "" : "RabbitMQ is out of reach for messages about rules",
      outbox.isUp ? "" : "RabbitMQ is out of reach for the outbox and the checkpoint",
      role === "single" || lease.isUp ? "" : "RabbitMQ is out of reach for the lease",
      isFiring || role === "standby" ? "" : "The timers have not been started yet",
    ].filter((reason) => reason !== "");
  }

  #overdueMs(): number {
    const { isFiring, handedOutTo } = this.#state;
    return isFiring ? Math.max(0, this.#clock.now() - handedOutTo) : 0;
  }

  #arm(): Disposable {
    return this.#clock.alarm(PERIOD_MS, () => {
      this.#alarm = this.#arm();
      this.#look();
    });
  }

  #look(): void {
    const at = this.#state.handedOutTo;
    if (this.#overdueMs() <= OVERDUE_MS) this.#stuck = null;
    else if (this.#stuck?.at !== at) this.#stuck = { at, since: this.#clock.monotonic() };
  }

  /** A long backlog is worked off in order: it is stuck only where the same thing stays due. */
  #isStuck(): boolean {
    return this.#stuck?.at === this.#state.handedOutTo &&
      this.#clock.monotonic() - this.#stuck.since >= OVERDUE_MS;
  }
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}
