import { instantText } from "../../words/calendar.ts";
import { instantFromText } from "../instant.ts";

/** A single moment in words: as it is written, and what instant that is. */
export function dateTimeSentence(at: number, fireAt: string, timezone: string): string {
  const instant = instantText(at);
  const written = instantFromText(fireAt) === null ? `${fireAt} in ${timezone}` : fireAt;
  return written === instant ? `Once at ${instant}` : `Once at ${written}, which is ${instant}`;
}
