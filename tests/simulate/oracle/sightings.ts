import type { Chronicle, ProcessRecord, Stretch } from "../chronicle.ts";
import { isBefore, type Phase } from "./phases.ts";

/** A checkpoint that lies further ahead is cut to now, as README says. */
const AHEAD_MS = 10_000;

/** Until a wall clock is looked at again, and a slice of work before that. */
export const LOOK_MS = 1500;

/** One reign with what it went on from. */
export interface Reign extends Stretch {
  readonly process: ProcessRecord;
  /** What fell due up to this instant is not its business, on its wall clock. */
  readonly since: number;
  /** When that was said, in true time: rules that were made later are not meant. */
  readonly saidAt: number;
  /** Nobody left a checkpoint. */
  readonly isFirst: boolean;
  /** The checkpoint lay ahead: the clock had been set back. */
  readonly isCut: boolean;
}

/** That a reign could hand out an occurrence, and when at the latest. */
export interface Taking {
  readonly reign: Reign;
  /** True time. */
  readonly at: number;
  /** By how much that was after its instant, on its own wall clock. */
  readonly lateMs: number;
}

/** The reigns over a shard, in order. */
export function reignsOf(chronicle: Chronicle, shard: number): Reign[] {
  const checkpoints = chronicle.checkpoints.filter((it) => it.shard === shard);
  return chronicle.processes.filter((it) => it.shard === shard)
    .flatMap((process) => process.reigns.map((reign) => ({ process, reign })))
    .sort((a, b) => a.reign.from - b.reign.from)
    .map(({ process, reign }) => {
      const now = wallOf(process, reign.from);
      const last = checkpoints.findLast((it) => it.at <= reign.from);
      const isCut = last !== undefined && last.upTo - now > AHEAD_MS;
      const isFirst = last === undefined;
      const [since, saidAt] = isFirst || isCut ? [now, reign.from] : [last.upTo, last.at];
      return { ...reign, process, since, saidAt, isFirst, isCut };
    });
}

/** When a reign could hand out an occurrence that it knew; `null` where it never could. */
export function takingOf(reign: Reign, phase: Phase, occurrence: number): Taking | null {
  const { process } = reign;
  const at = dueWith(reign, phase, occurrence);
  if (at === null) return null;
  const knownAt = knownSince(process, phase) ?? 0;
  const until = Math.min(reign.until, unknownSince(process, phase, knownAt));
  const lateMs = wallOf(process, at) - occurrence;
  return at + (lateMs > 0 ? LOOK_MS : 0) < until ? { reign, at, lateMs } : null;
}

/** When an occurrence falls due with a reign that knows of it, should that last so long. */
export function dueWith(reign: Reign, phase: Phase, occurrence: number): number | null {
  const { process, since, saidAt, from } = reign;
  const knownAt = knownSince(process, phase);
  const isMeant = (phase.versions[0]?.at ?? 0) <= saidAt;
  if ((since >= occurrence && isMeant) || knownAt === null) return null;
  const read = process.readings.find((it) => it.at === knownAt && it.ruleId === phase.ruleId);
  const version = phase.versions.find((it) => it.version === read?.version);
  if (version !== undefined && isBefore(occurrence, version, phase.draft)) return null;
  for (let at = Math.max(from, knownAt);;) {
    const due = firstWith(process, occurrence, at);
    at = afterStalls(process, due);
    // Its clock may have been set back while it stood still.
    if (at === due || at === Infinity) return at;
  }
}

/** The wall clock of a process at an instant of true time. */
export function wallOf({ clock }: ProcessRecord, at: number): number {
  return at + (clock.findLast((it) => it.at <= at) ?? clock[0])!.offsetMs;
}

/** When a process first read a phase; `null`: never. */
export function knownSince(
  { readings }: ProcessRecord,
  { ruleId, versions }: Phase,
): number | null {
  const reading = readings.find((it) =>
    it.ruleId === ruleId && versions.some(({ version }) => version === it.version)
  );
  return reading?.at ?? null;
}

/** When a process first read that a phase is over; Infinity: never. */
export function unknownSince(
  { readings }: ProcessRecord,
  { ruleId, ref, versions }: Phase,
  knownAt = -Infinity,
): number {
  const last = versions.at(-1)?.version ?? 0;
  const reading = readings.find((it) =>
    it.ref === ref && it.at > knownAt &&
    (it.ruleId !== ruleId || (it.version ?? Infinity) > last)
  );
  return reading?.at ?? Infinity;
}

/** From `from` on, when its wall clock first shows an instant or a later one. */
function firstWith({ clock }: ProcessRecord, instant: number, from: number): number {
  for (const [index, { at, offsetMs }] of clock.entries()) {
    const until = clock[index + 1]?.at ?? Infinity;
    const candidate = Math.max(at, from, instant - offsetMs);
    if (candidate < until) return candidate;
  }
  return Infinity;
}

function afterStalls({ stalls }: ProcessRecord, at: number): number {
  return stalls.reduce((it, { from, until }) => it >= from && it < until ? until : it, at);
}
