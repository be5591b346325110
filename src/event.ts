import type { RuleId } from "./rule.ts";
import { ANY_KIND, type Timer } from "./schedule/mod.ts";

/** One occurrence that fell due. Instants are epoch milliseconds. */
export interface Fire {
  readonly ruleId: RuleId;
  readonly ruleRef: string;
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

/**
 * Seconds of which the text is kept: an event names a few instants, and the next one much the same. A prime,
 * so that a whole day later is another place.
 */
const KEPT_SECONDS = 127;
const secondTexts: { readonly second: number; readonly text: string }[] = [];

/** The identity of an occurrence: a duplicate of an event has the same one. */
export function occurrenceId(ruleId: RuleId, scheduledAt: number): string {
  return `rule_${ruleId}@${rfc3339(scheduledAt)}`;
}

/** RFC 3339 in UTC with milliseconds and `Z`. */
export function rfc3339(instant: number): string {
  const second = Math.floor(instant / 1000);
  const place = ((second % KEPT_SECONDS) + KEPT_SECONDS) % KEPT_SECONDS;
  let kept = secondTexts[place];
  if (kept?.second !== second) {
    const text = new Date(instant).toISOString();
    kept = { second, text: text.slice(0, text.lastIndexOf(".") + 1) };
    secondTexts[place] = kept;
  }
  return `${kept.text}${String(Math.floor(instant) - second * 1000).padStart(3, "0")}Z`;
}

/** The event of a fire, with the payload that the trigger's output schema promises (contract 4). */
export function eventOf(fire: Fire, sensorRef: string): OutboundEvent {
  return new FireEvent(fire, sensorRef);
}

/** Very many can wait for delivery: each is written out only when it is its turn. */
class FireEvent implements OutboundEvent {
  readonly #fire: Fire;
  readonly #sensorRef: string;
  #occurrenceId: string | undefined;

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
    return this.#fire.timer.traits.triggerRef;
  }

  get scheduledAt(): number {
    return this.#fire.scheduledAt;
  }

  get dueAt(): number {
    return this.#fire.dueAt;
  }

  get occurrenceId(): string {
    return this.#occurrenceId ??= occurrenceId(this.#fire.ruleId, this.#fire.scheduledAt);
  }

  get body(): string {
    return JSON.stringify({
      trigger_ref: this.triggerRef,
      trigger_instance_id: `rule_${this.ruleId}`,
      payload: payloadOf(this.#fire, this.occurrenceId, this.#sensorRef),
    });
  }
}

/** What is `undefined` does not come to be in the JSON; one object for all is made without copies. */
function payloadOf(fire: Fire, occurrence_id: string, sensor_ref: string): object {
  const { timer, nextAt, missedCount } = fire;
  const scheduled = rfc3339(fire.scheduledAt);
  const fired = rfc3339(fire.firedAt);
  const isAnyKind = timer.traits.triggerRef === ANY_KIND;
  return {
    ...timerPayload(timer),
    scheduled_at: scheduled,
    fired_at: fired,
    delay_ms: fire.firedAt - fire.scheduledAt,
    occurrence_id,
    execution_count: fire.executionCount,
    rule_id: fire.ruleId,
    rule_ref: fire.ruleRef,
    sensor_ref,
    next_fire_at: nextAt === null ? undefined : rfc3339(nextAt),
    missed_count: missedCount === 0 ? undefined : missedCount,
    timestamp: isAnyKind ? fired : undefined,
    scheduled_time: isAnyKind ? scheduled : undefined,
  };
}

function timerPayload(timer: Timer): object {
  const { type } = timer.traits;
  switch (timer.kind) {
    case "interval":
      return { type, interval_seconds: timer.intervalSeconds };
    case "cron":
      return { type, expression: timer.expression, timezone: timer.timezone };
    case "date_time":
      return { type, fire_at: timer.fireAt, timezone: timer.timezone };
    case "rrule":
      return { type };
    default:
      return timer satisfies never;
  }
}
