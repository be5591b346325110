import { rfc3339Nanos } from "./stamps.ts";
import type { RuleRow } from "./rule_shapes.ts";
import type { StoredEvent } from "./event_table.ts";

/** Hands a message to the broker. May fail: the platform then warns and goes on (contract 3.4). */
export type Publish = (
  routingKey: string,
  message: Readonly<Record<string, unknown>>,
) => Promise<void> | void;

/**
 * How changes of rules are told: the platform's `envelope` (contract 3.2), or `native`, the older form
 * with `event_type`, which also tells of deletions.
 */
export type MessageForm = "envelope" | "native";

/** How an {@link Announcer} speaks. */
export interface AnnouncerOptions {
  /** `undefined`: nobody listens. */
  readonly publish: Publish | undefined;
  readonly form: MessageForm;
  /** Gives epoch milliseconds. */
  readonly now: () => number;
  /** Is told of each message that could not be published. */
  readonly warn: (message: string) => void;
}

type RuleMessage = "RuleCreated" | "RuleEnabled" | "RuleDisabled" | "RuleDeleted";

const ROUTING_KEYS = {
  RuleCreated: "rule.created",
  RuleEnabled: "rule.enabled",
  RuleDisabled: "rule.disabled",
  RuleDeleted: "rule.deleted",
  EventCreated: "event.created",
} as const;

/** Publishes what happened, after it was committed. Never fails. */
export class Announcer {
  readonly #options: AnnouncerOptions;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  /** A rule was made. */
  created(row: RuleRow): Promise<void> {
    return this.#rule("RuleCreated", row, {
      rule_id: row.id,
      rule_ref: row.ref,
      trigger_id: row.trigger,
      trigger_ref: row.trigger_ref,
      action_id: row.action,
      action_ref: row.action_ref,
      trigger_params: row.trigger_params,
      enabled: row.enabled,
    });
  }

  /** A rule runs, maybe with other parameters than before. */
  enabled(row: RuleRow): Promise<void> {
    return this.#rule("RuleEnabled", row, {
      rule_id: row.id,
      rule_ref: row.ref,
      trigger_ref: row.trigger_ref,
      trigger_params: row.trigger_params,
    });
  }

  /** A rule runs no more, or no more on the trigger that `row` names. */
  disabled(row: RuleRow): Promise<void> {
    return this.#rule("RuleDisabled", { ...row, enabled: false }, {
      rule_id: row.id,
      rule_ref: row.ref,
      trigger_ref: row.trigger_ref,
    });
  }

  /** A rule is gone, of which only the native form tells. */
  async deleted(row: RuleRow): Promise<void> {
    if (this.#options.form === "native") {
      await this.#rule("RuleDeleted", { ...row, enabled: false }, {});
    }
  }

  /** An event was stored. */
  eventCreated(event: StoredEvent): Promise<void> {
    return this.#send("EventCreated", () =>
      this.#envelope("EventCreated", {
        event_id: event.id,
        trigger_id: event.triggerId,
        trigger_ref: event.triggerRef,
        sensor_id: event.sourceId,
        sensor_ref: event.sourceRef,
        payload: event.payload ?? {},
        config: event.config,
      }));
  }

  #rule(
    type: RuleMessage,
    row: RuleRow,
    payload: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    return this.#send(
      type,
      () =>
        this.#options.form === "native" ? this.#native(type, row) : this.#envelope(type, payload),
    );
  }

  async #send(
    type: keyof typeof ROUTING_KEYS,
    message: () => Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const { publish, warn } = this.#options;
    if (publish === undefined) return;
    try {
      await publish(ROUTING_KEYS[type], message());
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      warn(`Failed to publish ${type} message: ${reason}`);
    }
  }

  #envelope(
    type: keyof typeof ROUTING_KEYS,
    payload: Readonly<Record<string, unknown>>,
  ): Readonly<Record<string, unknown>> {
    const id = crypto.randomUUID();
    return {
      message_id: id,
      correlation_id: id,
      message_type: type,
      version: "1.0",
      timestamp: rfc3339Nanos(this.#options.now(), "Z"),
      headers: { retry_count: 0, source_service: "api-service" },
      payload,
    };
  }

  #native(type: RuleMessage, row: RuleRow): Readonly<Record<string, unknown>> {
    return {
      event_type: type,
      rule_id: row.id,
      rule_ref: row.ref,
      trigger_type: row.trigger_ref,
      trigger_params: row.trigger_params,
      enabled: row.enabled,
      timestamp: rfc3339Nanos(this.#options.now(), "Z"),
    };
  }
}
