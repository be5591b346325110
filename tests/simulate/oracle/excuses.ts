import type { Chronicle } from "../chronicle.ts";
import { changeAfter, type Phase } from "./phases.ts";
import {
  dueWith,
  knownSince,
  LOOK_MS,
  type Reign,
  type Taking,
  takingOf,
  wallOf,
} from "./sightings.ts";

/** Late by at most this is on time, and an older window is wider than none. */
const ON_TIME_MS = 10_000;
/** What is tried again. */
const RETRIABLE = new Set([408, 425, 429]);

/** Why an occurrence need not come: what README states, and nothing else. */
export type Excuse =
  /** The first start ever makes up for nothing, and so does one that finds no checkpoint. */
  | "no checkpoint"
  /** Older than `ATTUNE_CATCH_UP_WINDOW` when somebody could hand it out again. */
  | "window"
  /** More than 10 s late, and the rule says `skip`. */
  | "on_missed"
  /** The rule was changed or switched off before somebody could make up for what it missed. */
  | "changed"
  /** The rule was deleted while its event waited. */
  | "deleted"
  /** The API refused the event for good. */
  | "refused"
  /** Unknown to whoever wrote the checkpoint from which the next one went on. */
  | "unknown";

/** What an excuse is looked for in. */
export interface Circumstances {
  /** Over the shard of the rule, in order. */
  readonly reigns: readonly Reign[];
  readonly chronicle: Chronicle;
}

/** Why an occurrence need not come; `null`: it is lost. */
export function excuseFor(
  occurrence: number,
  phase: Phase,
  { reigns, chronicle }: Circumstances,
): Excuse | null {
  const { isDeleted, ruleId } = phase;
  if (wasRefused(occurrence, ruleId, chronicle)) return "refused";
  if (isDeleted) return "deleted";
  const takings = reigns.map((it) => takingOf(it, phase, occurrence)).filter((it) => it !== null);
  const [first] = takings;
  if (reigns.some((it) => isFirstAfter(it, occurrence, takings))) return "no checkpoint";
  for (const reign of reigns) {
    const excuse = missedExcuse(reign, phase, occurrence, chronicle);
    if (excuse !== null) return excuse;
  }
  const changedAt = changeAfter(phase, occurrence);
  if (changedAt !== null && !wasDue(occurrence, phase, reigns, changedAt)) return "changed";
  if (first === undefined) {
    return wasUnknown(occurrence, phase, reigns, chronicle) ? "unknown" : null;
  }
  const last = takings.at(-1);
  const wasCutShort = last !== undefined && last.reign.until < Infinity;
  return changedAt !== null && wasCutShort && isUndone(last, occurrence, reigns) ? "changed" : null;
}

function wasRefused(occurrence: number, ruleId: number, { posts }: Chronicle): boolean {
  return posts.some(({ ruleId: id, scheduledAt, status }) =>
    id === ruleId && scheduledAt === occurrence && status !== null && status >= 400 &&
    status < 500 && !RETRIABLE.has(status)
  );
}

/** Whether a reign began without a checkpoint after an occurrence that nobody had handed out before. */
function isFirstAfter(reign: Reign, occurrence: number, takings: readonly Taking[]): boolean {
  return (reign.isFirst || reign.isCut) && occurrence <= reign.since &&
    !takings.some((it) => it.reign.from > reign.from && !it.reign.isFirst);
}

/** What README says of an occurrence that a reign finds too late, even one that ends right then. */
function missedExcuse(
  reign: Reign,
  phase: Phase,
  occurrence: number,
  { plan }: Chronicle,
): Excuse | null {
  const at = dueWith(reign, phase, occurrence);
  if (at === null || at > reign.until) return null;
  const latestMs = wallOf(reign.process, at) - occurrence + LOOK_MS;
  if (latestMs > Math.max(plan.setting.windowMs, ON_TIME_MS)) return "window";
  return phase.onMissed === "skip" && latestMs > ON_TIME_MS ? "on_missed" : null;
}

/** Whether somebody who fired knew of the phase while it lasted, and had the time to hand it out. */
function wasDue(
  occurrence: number,
  phase: Phase,
  reigns: readonly Reign[],
  endAt: number,
): boolean {
  return reigns.some((reign) => {
    const at = dueWith(reign, phase, occurrence);
    if (at === null || at >= reign.until) return false;
    const isLate = wallOf(reign.process, at) > occurrence;
    return at + (isLate ? LOOK_MS : 0) < endAt;
  });
}

/**
 * Whether the checkpoint of somebody who did not know of the rule covers an occurrence, though the rule was
 * there and no message had told of it.
 */
function wasUnknown(
  occurrence: number,
  phase: Phase,
  reigns: readonly Reign[],
  { tellings }: Chronicle,
): boolean {
  const madeAt = phase.versions[0]?.at ?? Infinity;
  return reigns.some(({ process, until }, index) => {
    const next = reigns[index + 1];
    if (next === undefined || next.since < occurrence || madeAt > until) return false;
    if (tellings.some(({ ruleId, at }) => ruleId === phase.ruleId && at >= madeAt && at <= until)) {
      return false;
    }
    const knownAt = knownSince(process, phase);
    return knownAt === null || knownAt >= until;
  });
}

/** Whether whoever followed on a reign could not know that an occurrence was handed out. */
function isUndone({ reign }: Taking, occurrence: number, reigns: readonly Reign[]): boolean {
  const next = reigns.find((it) => it.from >= reign.until);
  return next === undefined || next.since < occurrence;
}
