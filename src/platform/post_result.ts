import * as z from "zod";
import type { OutboundEvent, PostResult } from "../domain/event.ts";
import type { Failure } from "./api_error.ts";
import type { HttpAnswer } from "./http.ts";
import { parseJson } from "./json.ts";

/** The created event (contract 2.5). */
const Created = z.object({ data: z.object({ id: z.int(), rule: z.unknown().optional() }) });

/**
 * What the platform says of an event that it has stored. `null`: it does not say so. A status alone proves
 * nothing: maintenance pages and gateways answer 200, 202 and 204 to what nobody stores.
 */
export function storedResult({ status, body }: HttpAnswer): PostResult | null {
  if (status < 200 || status >= 300) return null;
  if (body.fault !== null) throw body.fault;
  const created = Created.safeParse(parseJson(body.text));
  if (!created.success) return null;
  const { id, rule } = created.data.data;
  return { kind: "stored", eventId: id, ruleGone: rule === null };
}

/** What becomes of an event that was not stored: only the platform can refuse it. */
export function unstoredResult(event: OutboundEvent, failure: Failure): PostResult {
  const { reason, status, retriable, retryAfterMs = null } = failure;
  if (status === null || retriable) return { kind: "retry", reason, retryAfterMs };
  if (status === 401) return { kind: "unauthorized", reason };
  if (status !== 403) return { kind: "refused", status, reason };
  return { kind: "refused", status, reason: forbiddenText(event, reason) };
}

function forbiddenText({ triggerRef }: OutboundEvent, reason: string): string {
  const known = `Insufficient permissions to create event for trigger type '${triggerRef}'`;
  return reason.includes(known) ? known : `${known}: ${reason}`;
}
