import { RuleId } from "../../../src/domain/rule.ts";
import { ownsRule } from "../../../src/domain/shard.ts";
import type { Chronicle, ProcessRecord } from "../chronicle.ts";
import type { Post } from "../world/posts.ts";
import { type Phase, phasesOf } from "./phases.ts";
import { type Reign, reignsOf, wallOf } from "./sightings.ts";

/** At the end, what fell due so shortly before need not have come yet. */
const LAST_MS = 15_000;

/** What the checks look at: a chronicle, put in order. */
export class Evidence {
  readonly chronicle: Chronicle;
  readonly phases: readonly Phase[];
  /** The events that the platform stored, by their names, oldest first. */
  readonly stored: ReadonlyMap<string, readonly Post[]>;
  readonly #reigns = new Map<number, readonly Reign[]>();

  constructor(chronicle: Chronicle) {
    this.chronicle = chronicle;
    this.phases = phasesOf(chronicle, untilOf(chronicle));
    for (let shard = 1; shard <= chronicle.plan.setting.shards; shard++) {
      this.#reigns.set(shard, reignsOf(chronicle, shard));
    }
    this.stored = Map.groupBy(
      chronicle.posts.filter((it) => it.storedAt !== null)
        .sort((a, b) => (a.storedAt ?? 0) - (b.storedAt ?? 0)),
      ({ occurrenceId }) => occurrenceId,
    );
  }

  /** The reigns over the shard of a rule, in order. */
  reignsOver(ruleId: number): readonly Reign[] {
    const { shards: count } = this.chronicle.plan.setting;
    for (const [index, reigns] of this.#reigns) {
      if (ownsRule({ index, count }, RuleId.parse(ruleId))) return reigns;
    }
    return [];
  }

  /** The process that sent an event. */
  senderOf({ process }: Post): ProcessRecord {
    const record = this.chronicle.processes[process - 1];
    if (record === undefined) throw new Error(`There was no process ${process}`);
    return record;
  }

  /** The latest phase that there was when an event was sent, of those that name its instant. */
  phaseOf({ ruleId, scheduledAt, sentAt }: Post): Phase | undefined {
    return this.phases.findLast((it) =>
      it.ruleId === ruleId && it.names(scheduledAt) && (it.versions[0]?.at ?? Infinity) <= sentAt
    );
  }

  /** Whether a reign ended hard before `by`, and left nothing that says how far it was. */
  wasCutShort(ruleId: number, occurrence: number, by: number): boolean {
    const reigns = this.reignsOver(ruleId);
    return reigns.some((reign, index) => {
      const { process } = reign;
      const next = reigns[index + 1];
      // It may have stood still, and not know yet that another fires.
      const until = Math.min(reign.until, next?.from ?? Infinity);
      if (until > by || wallOf(process, until) < occurrence) return false;
      const isHard = process.how === "killed" || until < process.endedAt;
      return next !== undefined && (next.isCut || (isHard && next.since < occurrence));
    });
  }
}

/** The last instant that has to have come, on any clock. */
function untilOf({ processes, endAt }: Chronicle): number {
  const running = processes.filter(({ how }) => how === "running");
  return Math.min(...running.map((it) => wallOf(it, endAt)), endAt) - LAST_MS;
}
