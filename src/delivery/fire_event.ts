import { occurrenceId, type OutboundEvent } from "../domain/event.ts";
import type { RuleId } from "../domain/rule.ts";
import { rfc3339 } from "../ground/instant.ts";
import { ANY_KIND } from "../schedule/kinds.ts";
import type { Fire } from "../timers/fire.ts";

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

  get coversFrom(): number {
    return this.#fire.coversFrom;
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
    type: timer.traits.type,
    ...timer.payload,
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
