import type { Post } from "../world/posts.ts";
import type { Evidence } from "./evidence.ts";
import { type Fault, faultOf, nameOf } from "./fault.ts";
import type { Phase } from "./phases.ts";
import { knownSince, LOOK_MS, takingOf, unknownSince, wallOf } from "./sightings.ts";

/** Late by at most this is on time. */
const ON_TIME_MS = 10_000;
/** Between two slices of work, and until a lease is proved anew. */
const SLACK_MS = 1000;

/** Looks at each event alone: its name, its time, and what it says that it stands for. */
export function* checkPosts(evidence: Evidence): Generator<Fault> {
  for (const post of evidence.chronicle.posts) {
    const { occurrenceId, ruleId, scheduledAt, firedAt, sentAt } = post;
    if (occurrenceId !== nameOf(ruleId, scheduledAt)) yield faultOf("misnamed", post, sentAt);
    if (firedAt < scheduledAt) yield faultOf("early", post, sentAt);
    const phase = evidence.phaseOf(post);
    if (phase === undefined) {
      if (!isUnwatched(post, evidence)) yield faultOf("stray", post, sentAt);
    } else {
      if (isStale(post, phase, evidence) && !isUnwatched(post, evidence)) {
        yield faultOf("stale", post, sentAt);
      }
      if (isOverdue(post, phase, evidence)) yield faultOf("overdue", post, sentAt);
      if (isLate(post, phase, evidence)) yield faultOf("late", post, sentAt);
    }
  }
}

/** The names of the occurrences for which events stand that the platform has, and what is wrong with that. */
export function checkMissed(evidence: Evidence): { stoodFor: Set<string>; faults: Fault[] } {
  const stoodFor = new Set<string>();
  const faults: Fault[] = [];
  const { windowMs } = evidence.chronicle.plan.setting;
  for (const post of [...evidence.stored.values()].flat()) {
    const { ruleId, scheduledAt, missedCount, firedAt, sentAt } = post;
    const phase = evidence.phaseOf(post);
    if (phase === undefined || missedCount === 0) continue;
    const mayBeAnothers = !phase.occurrences.includes(scheduledAt) && isUnwatched(post, evidence);
    if (mayBeAnothers) continue;
    const missed = phase.before(scheduledAt, missedCount);
    if (missed.length < missedCount) faults.push(faultOf("overcounted", post, sentAt));
    for (const at of missed) {
      const name = nameOf(ruleId, at);
      const isMissed = firedAt - at > ON_TIME_MS && firedAt - at <= windowMs;
      const itself = evidence.stored.get(name)?.[0];
      const isExplained = itself === undefined || !itself.isAnswered ||
        evidence.wasCutShort(ruleId, at, sentAt);
      if (isMissed) stoodFor.add(name);
      if (isMissed && isExplained) continue;
      faults.push(faultOf("overcounted", { ruleId, scheduledAt: at }, sentAt));
    }
  }
  return { stoodFor, faults };
}

/**
 * Whether its rule was changed before its sensor ran, which could not know that this was its schedule: then
 * an occurrence too many is better than one too few.
 */
function isUnwatched(post: Post, evidence: Evidence): boolean {
  const { startedAt } = evidence.senderOf(post);
  return evidence.phases.some(({ ruleId, versions, end, hits }) =>
    ruleId === post.ruleId && hits(post.scheduledAt) &&
    (versions[0]?.at ?? Infinity) <= startedAt && startedAt < (end?.at ?? Infinity)
  );
}

/** Whether it was fired for a schedule by a process that had read that it is over. */
function isStale(post: Post, phase: Phase, evidence: Evidence): boolean {
  const { scheduledAt, firedAt, sentAt } = post;
  const { end } = phase;
  const sender = evidence.senderOf(post);
  if (end === null || phase.occurrences.includes(scheduledAt)) return false;
  if (firedAt < wallOf(sender, sender.startedAt)) return false;
  const heardAt = unknownSince(sender, phase, end.at);
  return heardAt < sentAt && wallOf(sender, heardAt) < firedAt;
}

/** Whether it was fired although it was missed, and is not to be made up for. */
function isOverdue(
  { firedAt, scheduledAt }: Post,
  { onMissed }: Phase,
  { chronicle }: Evidence,
): boolean {
  const { windowMs } = chronicle.plan.setting;
  const mostMs = onMissed === "skip" ? ON_TIME_MS : Math.max(ON_TIME_MS, windowMs);
  return firedAt - scheduledAt > mostMs;
}

/** Whether the reign that fired it could have done so sooner. */
function isLate(post: Post, phase: Phase, evidence: Evidence): boolean {
  const { ruleId, scheduledAt, firedAt } = post;
  const sender = evidence.senderOf(post);
  const reign = evidence.reignsOver(ruleId)
    .findLast((it) => it.process === sender && wallOf(sender, it.from) <= firedAt);
  const knownAt = knownSince(sender, phase);
  // What is caught up for a rule that was heard of late waits for RabbitMQ to take the checkpoint back.
  if (knownAt === null || wallOf(sender, knownAt) > scheduledAt) return false;
  const taking = reign === undefined ? null : takingOf(reign, phase, scheduledAt);
  return taking !== null && firedAt - wallOf(sender, taking.at) > LOOK_MS + SLACK_MS;
}
