import { rfc3339 } from "../ground/instant.ts";
import type { RuleId } from "./rule.ts";

/** An event on its way to the platform. Instants are epoch milliseconds. */
export interface OutboundEvent {
  readonly ruleId: RuleId;
  readonly ruleRef: string;
  readonly triggerRef: string;
  readonly occurrenceId: string;
  /** The instant the schedule names. */
  readonly scheduledAt: number;
  /** The same, put off by the jitter. */
  readonly dueAt: number;
  /** When the first occurrence fell due that it stands for: `dueAt`, or earlier where some were missed. */
  readonly coversFrom: number;
  /** The JSON body of `POST /api/v1/events` (contract 2.5). */
  readonly body: string;
}

/** What came of one attempt to post an event. */
export type PostResult =
  /** `ruleGone`: stored without our rule, which means that the rule is no more (contract 2.5). */
  | { readonly kind: "stored"; readonly eventId: number; readonly ruleGone: boolean }
  /** Worth another attempt, not before `retryAfterMs` where the server named it. */
  | { readonly kind: "retry"; readonly reason: string; readonly retryAfterMs: number | null }
  /** The platform refused the token; the event may pass with another one. */
  | { readonly kind: "unauthorized"; readonly reason: string }
  /** Refused for good, by the platform itself. */
  | { readonly kind: "refused"; readonly status: number; readonly reason: string };

/** The identity of an occurrence: a duplicate of an event has the same one. */
export function occurrenceId(ruleId: RuleId, scheduledAt: number): string {
  return `rule_${ruleId}@${rfc3339(scheduledAt)}`;
}
