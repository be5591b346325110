import type { RuleId } from "./rule.ts";
import type { Timer } from "./schedule/mod.ts";

/** One occurrence that fell due. Instants are epoch milliseconds. */
export interface Fire {
  readonly ruleId: RuleId;
  readonly ruleRef: string;
  readonly triggerRef: string;
  readonly timer: Timer;
  /** The instant the schedule names. */
  readonly scheduledAt: number;
  /** The same, put off by the jitter. */
  readonly dueAt: number;
  /** The instant it was handed out. */
  readonly firedAt: number;
  /** The next instant the schedule names, if there is one. */
  readonly nextAt: number | null;
  /** Which fire of the rule this is, from 1. */
  readonly executionCount: number;
  /** Occurrences that this one stands for beside itself. */
  readonly missedCount: number;
}

/** An event on its way to the platform. Instants are epoch milliseconds. */
export interface OutboundEvent {
  readonly ruleId: RuleId;
  readonly ruleRef: string;
  readonly triggerRef: string;
  readonly occurrenceId: string;
  /** The instant the schedule names. */
  readonly scheduledAt: number;
  /** The same, put off by the jitter. Never goes back from one event of a rule to the next. */
  readonly dueAt: number;
  /** The JSON body of `POST /api/v1/events` (contract 2.5). */
  readonly body: string;
}

/** What came of one attempt to post an event. */
export type PostResult =
  /**
   * `eventId` is `null` where the answer could not be read. `ruleGone`: stored without our rule, which
   * means that the rule is no more (contract 2.5).
   */
  | { readonly kind: "stored"; readonly eventId: number | null; readonly ruleGone: boolean }
  /** Worth another attempt, not before `retryAfterMs` where the server named it. */
  | { readonly kind: "retry"; readonly reason: string; readonly retryAfterMs: number | null }
  /** The token was refused; the event may pass with another one. */
  | { readonly kind: "unauthorized"; readonly reason: string }
  /** Refused for good. */
  | { readonly kind: "refused"; readonly status: number; readonly reason: string };

/** The identity of an occurrence: a duplicate of an event has the same one. */
export function occurrenceId(ruleId: RuleId, scheduledAt: number): string {
  return `rule_${ruleId}@${rfc3339(scheduledAt)}`;
}

/** RFC 3339 in UTC with milliseconds and `Z`. */
export function rfc3339(instant: number): string {
  return new Date(instant).toISOString();
}

/** The event of a fire, with the payload that the trigger's output schema promises (contract 4). */
export function eventOf(fire: Fire, sensorRef: string): OutboundEvent {
  return new FireEvent(fire, sensorRef);
}

/** Very many can wait for delivery: each is written out only when it is its turn. */
class FireEvent implements OutboundEvent {
  readonly #fire: Fire;
  readonly #sensorRef: string;

  constructor(fire: Fire, sensorRef: string) {
    this.#fire = fire;
    this.#sensorRef = sensorRef;
  }

  get ruleId(): RuleId {
    return this.#fire.ruleId;
  }

  get ruleRef(): string {
    return this.#fire.ruleRef;
  }

  get triggerRef(): string {
    return this.#fire.triggerRef;
  }

  get scheduledAt(): number {
    return this.#fire.scheduledAt;
  }

  get dueAt(): number {
    return this.#fire.dueAt;
  }

  get occurrenceId(): string {
    return occurrenceId(this.#fire.ruleId, this.#fire.scheduledAt);
  }

  get body(): string {
    return JSON.stringify({
      trigger_ref: this.#fire.triggerRef,
      trigger_instance_id: `rule_${this.#fire.ruleId}`,
      payload: { ...timerPayload(this.#fire), ...commonPayload(this.#fire, this.#sensorRef) },
    });
  }
}

function commonPayload(fire: Fire, sensorRef: string): Record<string, unknown> {
  const { ruleId, ruleRef, triggerRef, scheduledAt, firedAt } = fire;
  const scheduled = rfc3339(scheduledAt);
  const fired = rfc3339(firedAt);
  return {
    scheduled_at: scheduled,
    fired_at: fired,
    delay_ms: firedAt - scheduledAt,
    occurrence_id: occurrenceId(ruleId, scheduledAt),
    execution_count: fire.executionCount,
    rule_id: ruleId,
    rule_ref: ruleRef,
    sensor_ref: sensorRef,
    ...(fire.nextAt === null ? {} : { next_fire_at: rfc3339(fire.nextAt) }),
    ...(fire.missedCount === 0 ? {} : { missed_count: fire.missedCount }),
    ...(triggerRef === "core.timer" ? { timestamp: fired, scheduled_time: scheduled } : {}),
  };
}

function timerPayload({ timer }: Fire): Record<string, unknown> {
  switch (timer.kind) {
    case "interval":
      return { type: timer.type, interval_seconds: timer.intervalSeconds };
    case "cron":
      return { type: timer.type, expression: timer.expression, timezone: timer.timezone };
    case "date_time":
      return { type: timer.type, fire_at: timer.fireAt, timezone: timer.timezone };
    case "rrule":
      return { type: timer.type };
    default:
      return timer satisfies never;
  }
}
