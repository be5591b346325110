import * as z from "zod";
import type { OutboundEvent, PostResult } from "../domain/event.ts";
import type { HttpAnswer } from "./http.ts";
import { parseJson } from "./json.ts";
import { isRetriable } from "./refusal.ts";

/** The created event (contract 2.5). */
const Created = z.object({
  data: z.object({ id: z.int().nullable().catch(null), rule: z.unknown().optional() }),
});

/** The status decides: an event whose answer cannot be read is stored all the same. */
export function storedResult({ body }: HttpAnswer): PostResult {
  const created = Created.safeParse(parseJson(body.text));
  if (!created.success) return { kind: "stored", eventId: null, ruleGone: false };
  const { id, rule } = created.data.data;
  return { kind: "stored", eventId: id, ruleGone: rule === null };
}

/** An event that was not stored, with the failure in words and the pause that the server asks for. */
export function failedResult(
  event: OutboundEvent,
  status: number,
  { reason, retryAfterMs }: { readonly reason: string; readonly retryAfterMs: number | null },
): PostResult {
  if (isRetriable(status)) return { kind: "retry", reason, retryAfterMs };
  if (status === 401) return { kind: "unauthorized", reason };
  if (status !== 403) return { kind: "refused", status, reason };
  return { kind: "refused", status, reason: forbiddenText(event, reason) };
}

function forbiddenText({ triggerRef }: OutboundEvent, reason: string): string {
  const known = `Insufficient permissions to create event for trigger type '${triggerRef}'`;
  return reason.includes(known) ? known : `${known}: ${reason}`;
}
