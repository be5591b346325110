import type { Chronicle } from "../chronicle.ts";
import { Evidence } from "./evidence.ts";
import { type Excuse, excuseFor } from "./excuses.ts";
import { type Fault, faultOf, nameOf } from "./fault.ts";
import { checkMissed, checkPosts } from "./posts.ts";
import { checkCopies, checkCounts, checkOrder } from "./sequences.ts";

/** What came of comparing what should have come with what came. */
export interface Verdict {
  readonly expected: number;
  readonly stored: number;
  readonly stoodFor: number;
  readonly excused: ReadonlyMap<Excuse, number>;
  readonly repeated: number;
  readonly faults: readonly Fault[];
}

/** Compares every occurrence that the rules named with what the platform stored, by README alone. */
export function judge(chronicle: Chronicle): Verdict {
  const evidence = new Evidence(chronicle);
  const { stored } = evidence;
  const { stoodFor, faults: overcounted } = checkMissed(evidence);
  const faults = [
    ...chronicle.wrongs.map((it) => ({ ...it, occurrence: null })),
    ...checkPosts(evidence),
    ...overcounted,
    ...checkCopies(evidence),
    ...checkOrder(evidence),
    ...checkCounts(evidence),
  ];
  const excused = new Map<Excuse, number>();
  let [expected, came] = [0, 0];
  for (const phase of evidence.phases) {
    const reigns = evidence.reignsOver(phase.ruleId);
    for (const scheduledAt of phase.occurrences) {
      expected++;
      const name = nameOf(phase.ruleId, scheduledAt);
      if (stored.has(name)) came++;
      if (stored.has(name) || stoodFor.has(name)) continue;
      const excuse = excuseFor(scheduledAt, phase, { reigns, chronicle });
      if (excuse !== null) excused.set(excuse, (excused.get(excuse) ?? 0) + 1);
      else faults.push(faultOf("lost", { ruleId: phase.ruleId, scheduledAt }, null));
    }
  }
  const repeated = stored.values().reduce((sum, { length }) => sum + length - 1, 0);
  return { expected, stored: came, stoodFor: stoodFor.size, excused, repeated, faults };
}
