import type { RuleId } from "../rule.ts";

/**
 * By how many milliseconds an occurrence is put off: anything from 0 to `jitterMs`, and less than the
 * time to the next occurrence. Always the same for a rule and an instant, so that whoever computes it
 * agrees, and spread evenly over rules and instants.
 */
export function jitterOf(occurrence: {
  readonly ruleId: RuleId;
  readonly scheduledAt: number;
  readonly nextAt: number | null;
  readonly jitterMs: number;
}): number {
  const { ruleId, scheduledAt, nextAt, jitterMs } = occurrence;
  const roomMs = nextAt === null ? jitterMs : Math.min(jitterMs, nextAt - scheduledAt - 1);
  return roomMs <= 0 ? 0 : Math.floor(fractionOf(`${ruleId}@${scheduledAt}`) * (roomMs + 1));
}

/** A number from 0 up to 1 that a text decides: FNV-1a, then the finish of MurmurHash3. */
function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
