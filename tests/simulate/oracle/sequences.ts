import type { Evidence } from "./evidence.ts";
import { type Fault, faultOf, nameOf } from "./fault.ts";
import { knownSince, wallOf } from "./sightings.ts";

/** Looks at events that the platform has more than once. */
export function* checkCopies(evidence: Evidence): Generator<Fault> {
  for (const copies of evidence.stored.values()) {
    for (const [index, copy] of copies.entries()) {
      const next = copies[index + 1];
      if (next === undefined || !copy.isAnswered) continue;
      if (evidence.wasCutShort(copy.ruleId, copy.scheduledAt, next.sentAt)) continue;
      yield faultOf("doubled", copy, next.sentAt);
    }
  }
}

/** Looks at whether the events of each rule came in its order. */
export function* checkOrder(evidence: Evidence): Generator<Fault> {
  for (const phase of evidence.phases) {
    let latestAt = -Infinity;
    for (const occurrence of phase.occurrences) {
      const first = evidence.stored.get(nameOf(phase.ruleId, occurrence))?.[0];
      if (first === undefined || first.storedAt === null) continue;
      // The schedule before may have named it too.
      const knownAt = knownSince(evidence.senderOf(first), phase);
      if (knownAt === null || knownAt > first.sentAt) continue;
      if (first.storedAt < latestAt) yield faultOf("disordered", first, first.storedAt);
      latestAt = Math.max(latestAt, first.storedAt);
    }
  }
}

/** Looks at whether `execution_count` counts the fires of each process, of rules that it never forgot. */
export function* checkCounts({ chronicle }: Evidence): Generator<Fault> {
  // A rule that moved away and came back is counted anew; of several instances, each counts its own.
  if (chronicle.plan.setting.instances > 1) return;
  const moved = new Set(
    chronicle.rules.filter(({ row }) => row === null || row.isForeign).map(({ ruleId }) => ruleId),
  );
  const fires = new Map<string, { readonly occurrenceId: string; readonly count: number }>();
  const posts = chronicle.posts.toSorted((a, b) =>
    a.firedAt - b.firedAt || a.scheduledAt - b.scheduledAt
  );
  for (const process of chronicle.processes) {
    const from = wallOf(process, process.startedAt);
    for (const post of posts) {
      const { ruleId, occurrenceId, executionCount: count, firedAt, sentAt } = post;
      if (post.process !== process.number || firedAt < from || moved.has(ruleId)) continue;
      const key = `${process.number} ${ruleId}`;
      const before = fires.get(key);
      if (before?.occurrenceId === occurrenceId) continue;
      const isNext = before === undefined ? count >= 1 : count > before.count;
      fires.set(key, { occurrenceId, count });
      if (!isNext) yield faultOf("miscounted", post, sentAt);
    }
  }
}
