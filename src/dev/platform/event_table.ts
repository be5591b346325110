import * as z from "zod";
import { apiError } from "./answers.ts";
import type { RuleTable } from "./rule_table.ts";
import type { Stamps } from "./stamps.ts";
import type { Caller } from "./tokens.ts";
import type { Triggers } from "./triggers.ts";
import { wildcard } from "./wildcard.ts";

/** An event, with what the platform's own tables do not keep of it. */
export interface StoredEvent {
  readonly id: number;
  readonly triggerId: number;
  readonly triggerRef: string;
  readonly payload: unknown;
  readonly config: unknown;
  /** The sensor's id, where there is a sensor with this ref. */
  readonly sourceId: number | null;
  readonly sourceRef: string | null;
  /** The rule that was named and existed when the event was stored. */
  readonly ruleId: number | null;
  readonly ruleRef: string | null;
  readonly created: string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** The request's headers by lower case name, without its token. */
  readonly headers: Readonly<Record<string, string>>;
  /** The rules whose actions this event runs; several are the fan-out hazard (contract 2.5). */
  readonly matchedRuleIds: readonly number[];
}

/** Which events a list is to show; `*` in a ref stands for anything. */
export interface EventFilter {
  readonly triggerId: number | null;
  readonly sourceId: number | null;
  readonly triggerRef: string | null;
  readonly ruleRef: string | null;
}

/** The body of `POST /api/v1/events` (contract 2.5). */
export const EventRequest = z.object({
  trigger_ref: z.string().optional(),
  trigger_type: z.string().optional(),
  payload: z.unknown().optional(),
  config: z.unknown().optional(),
  trigger_instance_id: z.string().nullish(),
}).transform(({ trigger_ref, trigger_type, ...rest }, context) => {
  const trigger = trigger_ref ?? trigger_type;
  if (trigger === undefined || (trigger_ref !== undefined && trigger_type !== undefined)) {
    context.addIssue(trigger === undefined ? "missing field" : "duplicate field");
    return z.NEVER;
  }
  return { ...rest, trigger_ref: trigger };
});

const SENSOR_IDS: Readonly<Record<string, number>> = { "core.timer_sensor": 1, "core.timer": 2 };

/** What an {@link EventTable} looks things up in. */
export interface EventTableOptions {
  readonly triggers: Triggers;
  readonly rules: RuleTable;
  readonly stamps: Stamps;
  /** Gives epoch milliseconds. */
  readonly now: () => number;
}

/** The events, oldest first. It keeps all of them: long runs should `clear` it. */
export class EventTable {
  readonly #options: EventTableOptions;
  readonly #listeners = new Set<(event: StoredEvent) => void>();
  #events: StoredEvent[] = [];
  #lastId = 0;

  constructor(options: EventTableOptions) {
    this.#options = options;
  }

  /** All events that are kept, oldest first. */
  get all(): readonly StoredEvent[] {
    return this.#events;
  }

  /** Up to `limit` events with ids above `id`, oldest first. */
  after(id: number, limit: number): readonly StoredEvent[] {
    const start = Math.max(id + 1 - (this.#events[0]?.id ?? 0), 0);
    return this.#events.slice(start, start + limit);
  }

  /** Forgets every event. */
  clear(): void {
    this.#events = [];
  }

  /** Calls `listener` with every event to come, as soon as it is stored, until the result is disposed of. */
  subscribe(listener: (event: StoredEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** The first event that is `wanted`, of those kept or to come. */
  when(wanted: (event: StoredEvent) => boolean): Promise<StoredEvent> {
    const kept = this.#events.find(wanted);
    if (kept !== undefined) return Promise.resolve(kept);
    return new Promise((resolve) => {
      const subscription = this.subscribe((event) => {
        if (!wanted(event)) return;
        subscription[Symbol.dispose]();
        resolve(event);
      });
    });
  }

  /** Stores an event. Throws 404 NOT_FOUND for an unknown trigger. */
  insert(
    request: z.infer<typeof EventRequest>,
    caller: Caller,
    headers: Readonly<Record<string, string>>,
  ): StoredEvent {
    const { triggers, rules, stamps, now } = this.#options;
    const trigger = triggers.get(request.trigger_ref);
    const rule = rules.byId(ruleIdOf(request.trigger_instance_id));
    const sourceRef = caller.kind === "sensor" || caller.kind === "service_account"
      ? caller.login
      : null;
    const event: StoredEvent = {
      id: ++this.#lastId,
      triggerId: trigger.id,
      triggerRef: trigger.ref,
      payload: request.payload ?? null,
      config: request.config ?? null,
      sourceId: sourceRef === null ? null : SENSOR_IDS[sourceRef] ?? null,
      sourceRef,
      ruleId: rule?.id ?? null,
      ruleRef: rule?.ref ?? null,
      created: stamps.next(),
      receivedAt: now(),
      headers,
      matchedRuleIds: rule === undefined
        ? rules.enabledIds(trigger.ref)
        : rule.enabled
        ? [rule.id]
        : [],
    };
    this.#events.push(event);
    for (const listener of this.#listeners) listener(event);
    return event;
  }

  /** The event with this id. Throws 404 NOT_FOUND. */
  get(id: number): StoredEvent {
    const first = this.#events[0];
    const event = first === undefined ? undefined : this.#events[id - first.id];
    if (event === undefined) throw apiError("NOT_FOUND", `Event with ID ${id} not found`);
    return event;
  }

  /** Up to `limit` events from `offset`, newest first. */
  page(filter: EventFilter, offset: number, limit: number): readonly StoredEvent[] {
    const matches = matcherOf(filter);
    const found: StoredEvent[] = [];
    let toSkip = offset;
    for (let index = this.#events.length - 1; index >= 0 && found.length < limit; index--) {
      const event = this.#events[index];
      if (event === undefined || !matches(event)) continue;
      if (toSkip > 0) toSkip--;
      else found.push(event);
    }
    return found;
  }

  /** How many events the filter lets through. */
  count(filter: EventFilter): number {
    const matches = matcherOf(filter);
    return this.#events.reduce((count, event) => matches(event) ? count + 1 : count, 0);
  }
}

function ruleIdOf(instanceId: string | null | undefined): number {
  const digits = /^rule_([+-]?\d+)$/.exec(instanceId ?? "")?.[1];
  return digits === undefined ? 0 : Number(digits);
}

function matcherOf(filter: EventFilter): (event: StoredEvent) => boolean {
  const triggerRef = filter.triggerRef === null ? null : wildcard(filter.triggerRef);
  const ruleRef = filter.ruleRef === null ? null : wildcard(filter.ruleRef);
  return (event) =>
    (filter.triggerId === null || event.triggerId === filter.triggerId) &&
    (filter.sourceId === null || event.sourceId === filter.sourceId) &&
    (triggerRef === null || triggerRef.test(event.triggerRef)) &&
    (ruleRef === null || (event.ruleRef !== null && ruleRef.test(event.ruleRef)));
}
