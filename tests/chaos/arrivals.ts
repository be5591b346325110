import * as z from "zod";
import type { StoredEvent } from "../../src/dev/platform/event_table.ts";
import { type Arrival, nameOf } from "./evidence.ts";

const Instant = z.iso.datetime().transform((text) => Date.parse(text));

const Payload = z.looseObject({
  rule_id: z.int(),
  scheduled_at: Instant,
  fired_at: Instant,
  occurrence_id: z.string(),
  missed_count: z.int().positive().default(0),
});

/** What stored events tell. */
export class Arrivals {
  /** In the order in which they were stored. */
  readonly all: Arrival[] = [];
  /** What is wrong with the form of some of them. */
  readonly malformed: string[] = [];

  /** Reads an event, and checks that it names its rule and its occurrence. */
  take(event: StoredEvent): void {
    const parsed = Payload.safeParse(event.payload);
    if (!parsed.success) {
      this.malformed.push(`event ${event.id}: ${z.prettifyError(parsed.error)}`);
      return;
    }
    const arrival = arrivalOf(parsed.data, event);
    this.all.push(arrival);
    const name = nameOf(arrival);
    this.malformed.push(...problemsOf(event, arrival).map((text) => `${name}: ${text}`));
  }
}

function arrivalOf(payload: z.infer<typeof Payload>, { receivedAt }: StoredEvent): Arrival {
  return {
    ruleId: payload.rule_id,
    scheduledAt: payload.scheduled_at,
    firedAt: payload.fired_at,
    receivedAt,
    occurrenceId: payload.occurrence_id,
    missedCount: payload.missed_count,
  };
}

function problemsOf({ ruleId, headers }: StoredEvent, arrival: Arrival): string[] {
  const { occurrenceId } = arrival;
  const key = headers["idempotency-key"];
  return [
    ...ruleId === arrival.ruleId ? [] : [`stored for rule ${ruleId}`],
    ...occurrenceId === nameOf(arrival) ? [] : [`its occurrence_id is ${occurrenceId}`],
    ...key === occurrenceId ? [] : [`its Idempotency-Key is ${key}`],
  ];
}
