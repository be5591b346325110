import type { Chronicle } from "../chronicle.ts";
import { ownsRule } from "../../../src/domain/shard.ts";
import { RuleId } from "../../../src/domain/rule.ts";
import type { Post } from "../world/posts.ts";
import { type Excuse, excuseFor } from "./excuses.ts";
import { type Phase, phasesOf } from "./phases.ts";
import { knownSince, type Reign, reignsOf, unknownSince, wallOf } from "./sightings.ts";

/** Late by at most this is on time. */
const ON_TIME_MS = 10_000;
/** At the end, what fell due so shortly before need not have come yet. */
const LAST_MS = 15_000;

/** What is wrong with one occurrence, or with what was done. */
export interface Fault {
  readonly what: string;
  readonly text: string;
  /** True time at which it shows, where there is one. */
  readonly at: number | null;
  /** The occurrence that it befell, where it is one. */
  readonly occurrence: Occurrence | null;
}

/** An instant that a rule names. */
export interface Occurrence {
  readonly ruleId: number;
  readonly scheduledAt: number;
}

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
  return new Comparison(chronicle).verdict();
}

class Comparison {
  readonly #chronicle: Chronicle;
  /** The last instant that has to have come, on any clock. */
  readonly #until: number;
  readonly #phases: readonly Phase[];
  readonly #reigns = new Map<number, Reign[]>();
  readonly #stored = new Map<string, Post[]>();
  readonly #faults: Fault[] = [];
  readonly #stoodFor = new Set<string>();

  constructor(chronicle: Chronicle) {
    this.#chronicle = chronicle;
    this.#until = untilOf(chronicle);
    this.#phases = phasesOf(chronicle, this.#until);
    for (let shard = 1; shard <= chronicle.plan.setting.shards; shard++) {
      this.#reigns.set(shard, reignsOf(chronicle, shard));
    }
    const stored = chronicle.posts.filter((it) => it.storedAt !== null)
      .sort((a, b) => (a.storedAt ?? 0) - (b.storedAt ?? 0));
    for (const post of stored) {
      const copies = this.#stored.get(post.occurrenceId);
      if (copies === undefined) this.#stored.set(post.occurrenceId, [post]);
      else copies.push(post);
    }
  }

  verdict(): Verdict {
    const { wrongs } = this.#chronicle;
    for (const wrong of wrongs) this.#faults.push({ ...wrong, occurrence: null });
    for (const post of this.#chronicle.posts) this.#checkPost(post);
    for (const copies of this.#stored.values()) this.#checkCopies(copies);
    for (const phase of this.#phases) this.#checkOrder(phase);
    let [expected, stored] = [0, 0];
    const excused = new Map<Excuse, number>();
    for (const phase of this.#phases) {
      for (const occurrence of phase.occurrences) {
        expected++;
        const name = nameOf(phase.ruleId, occurrence);
        if (this.#stored.has(name)) stored++;
        else if (!this.#stoodFor.has(name)) {
          const excuse = excuseFor(occurrence, phase, {
            reigns: this.#reignsOver(phase.ruleId),
            chronicle: this.#chronicle,
          });
          if (excuse === null) {
            this.#fault("lost", { ruleId: phase.ruleId, scheduledAt: occurrence }, null);
          } else excused.set(excuse, (excused.get(excuse) ?? 0) + 1);
        }
      }
    }
    const repeated = this.#stored.values().reduce((sum, { length }) => sum + length - 1, 0);
    const stoodFor = this.#stoodFor.size;
    return { expected, stored, stoodFor, excused, repeated, faults: this.#faults };
  }

  #fault(what: string, { ruleId, scheduledAt }: Occurrence, at: number | null): void {
    const occurrence = { ruleId, scheduledAt };
    this.#faults.push({ what, text: nameOf(ruleId, scheduledAt), at, occurrence });
  }

  #reignsOver(ruleId: number): readonly Reign[] {
    const { shards: count } = this.#chronicle.plan.setting;
    for (const [index, reigns] of this.#reigns) {
      if (ownsRule({ index, count }, RuleId.parse(ruleId))) return reigns;
    }
    return [];
  }

  /** The latest of those that there were when it was sent. */
  #phaseOf({ ruleId, scheduledAt, sentAt }: Post): Phase | undefined {
    return this.#phases.findLast((it) =>
      it.ruleId === ruleId && it.names(scheduledAt) && (it.versions[0]?.at ?? Infinity) <= sentAt
    );
  }

  #checkPost(post: Post): void {
    const { occurrenceId, ruleId, scheduledAt, firedAt, sentAt, missedCount, storedAt } = post;
    if (occurrenceId !== nameOf(ruleId, scheduledAt)) this.#fault("misnamed", post, sentAt);
    if (firedAt < scheduledAt) this.#fault("early", post, sentAt);
    const phase = this.#phaseOf(post);
    if (phase === undefined) return this.#fault("stray", post, sentAt);
    if (this.#isStale(post, phase)) this.#fault("stale", post, sentAt);
    // What nobody stored stands for nothing.
    if (missedCount > 0 && storedAt !== null) this.#checkMissed(post, phase);
  }

  /** Whether it was fired for a schedule by a process that had read that it is over. */
  #isStale({ process, scheduledAt, firedAt }: Post, phase: Phase): boolean {
    const { end } = phase;
    const record = this.#chronicle.processes[process - 1];
    if (record === undefined || end === null || phase.occurrences.includes(scheduledAt)) {
      return false;
    }
    if (firedAt < wallOf(record, record.startedAt)) return false;
    return wallOf(record, unknownSince(record, phase, end.at)) < firedAt;
  }

  #checkMissed(post: Post, phase: Phase): void {
    const { scheduledAt, firedAt, missedCount, sentAt } = post;
    const { windowMs } = this.#chronicle.plan.setting;
    const missed = phase.before(scheduledAt, missedCount);
    if (missed.length < missedCount) this.#fault("overcounted", post, sentAt);
    for (const at of missed) {
      const name = nameOf(phase.ruleId, at);
      const lateMs = firedAt - at;
      const isMissed = lateMs > ON_TIME_MS && lateMs <= windowMs;
      const itself = this.#stored.get(name)?.[0];
      const isExplained = itself === undefined || !itself.isAnswered ||
        this.#wasCutShort(phase.ruleId, at, sentAt);
      if (isMissed) this.#stoodFor.add(name);
      if (!isMissed || !isExplained) {
        this.#fault("overcounted", { ...post, scheduledAt: at }, sentAt);
      }
    }
  }

  #checkCopies(copies: readonly Post[]): void {
    for (const [index, copy] of copies.entries()) {
      const next = copies[index + 1];
      if (next === undefined || !copy.isAnswered) continue;
      if (this.#wasCutShort(copy.ruleId, copy.scheduledAt, next.sentAt)) continue;
      this.#fault("doubled", copy, next.sentAt);
    }
  }

  /** Whether a reign ended hard before `by`, and left nothing that says how far it was. */
  #wasCutShort(ruleId: number, occurrence: number, by: number): boolean {
    const reigns = this.#reignsOver(ruleId);
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

  #checkOrder(phase: Phase): void {
    let latest = -Infinity;
    for (const occurrence of phase.occurrences) {
      const first = this.#stored.get(nameOf(phase.ruleId, occurrence))?.[0];
      if (first === undefined || first.storedAt === null) continue;
      // The schedule before may have named it too.
      const process = this.#chronicle.processes[first.process - 1];
      const knownAt = process && knownSince(process, phase);
      if (knownAt === null || knownAt === undefined || knownAt > first.sentAt) continue;
      if (first.storedAt < latest) this.#fault("disordered", first, first.storedAt);
      latest = Math.max(latest, first.storedAt);
    }
  }
}

function untilOf({ processes, endAt }: Chronicle): number {
  const running = processes.filter(({ how }) => how === "running");
  return Math.min(...running.map((it) => wallOf(it, endAt)), endAt) - LAST_MS;
}

/** The name of an occurrence, as README has it. */
function nameOf(ruleId: number, occurrence: number): string {
  return `rule_${ruleId}@${new Date(occurrence).toISOString()}`;
}
