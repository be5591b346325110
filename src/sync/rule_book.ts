import { hashOfText } from "../collections/hash.ts";
import type { Clock } from "../ground/clock.ts";
import type { Tell } from "../ground/tell.ts";
import type { Rule, RuleId } from "../domain/rule.ts";
import { adviceOn } from "../schedule/advice.ts";
import { ON_TIME_MS } from "../timers/misfire.ts";
import type { RuleMemory, RuleStore } from "../timers/rule_store.ts";
import type { TimerManager } from "../timers/timer_manager.ts";
import type { RuleNews, StopReason } from "./news.ts";
import { decide, type Decision } from "./decide.ts";
import { ReadOrder } from "./read_order.ts";
import { Census } from "./census.ts";

/** What the platform's clock may be known too little by. */
const SKEW_ERROR_MS = 1000;
/** Two looks this far apart, in milliseconds, are two: a replica that lags has caught up. */
const APART_MS = 500;

/** All rules of our triggers and our shard, and the one place where a rule becomes a timer. */
export class RuleBook {
  readonly #timers: TimerManager;
  readonly #triggers: ReadonlySet<string>;
  readonly #isOurs: (ruleId: RuleId) => boolean;
  readonly #allowed: ReadonlySet<string> | null;
  readonly #clock: Clock;
  readonly #tell: Tell<RuleNews>;
  readonly #skewMs: () => number;
  readonly #hasEvents: (ruleId: RuleId) => boolean;
  readonly #gone: (ruleId: RuleId) => void;
  /** What has a timer, and what was refused one. */
  readonly census: Census = new Census();
  /** Numbers the reads whose answers are applied. */
  readonly reads: ReadOrder;
  readonly #known: RuleStore;
  readonly #lookAgain: (ref: string) => void;
  /** The answers ruled out by what is known, and when the first read began that said so. */
  readonly #outdated = new Map<
    RuleId,
    { readonly version: number | null; readonly readAt: number }
  >();
  /** By ref the newest rule that is no more: no answer from before must bring it back, or an older one. */
  readonly #deleted = new Map<string, RuleId>();

  constructor(options: {
    timers: TimerManager;
    /** The triggers whose rules are ours. */
    triggers: ReadonlySet<string>;
    /** Whether a rule is this instance's, and not another shard's. */
    isOurs: (ruleId: RuleId) => boolean;
    /** The triggers that the token covers; `null` for all. */
    allowed: ReadonlySet<string> | null;
    clock: Clock;
    tell: Tell<RuleNews>;
    /** A rule is to be read again in a while. */
    lookAgain: (ref: string) => void;
    /** The platform's clock less ours, in milliseconds. */
    skewMs: () => number;
    /** Whether events of a rule are to be posted still. */
    hasEvents: (ruleId: RuleId) => boolean;
    /** Nothing may be posted any more for a rule that the platform no longer has. */
    gone: (ruleId: RuleId) => void;
  }) {
    this.#timers = options.timers;
    this.#known = options.timers.rules;
    this.#triggers = options.triggers;
    this.#isOurs = options.isOurs;
    this.#allowed = options.allowed;
    this.#clock = options.clock;
    this.#tell = options.tell;
    this.reads = new ReadOrder(options.clock);
    this.#lookAgain = options.lookAgain;
    this.#skewMs = options.skewMs;
    this.#hasEvents = options.hasEvents;
    this.#gone = options.gone;
  }

  /** The number of rules known, whatever their state. */
  get size(): number {
    return this.#known.size;
  }

  /** Whether a rule is this instance's, and not another shard's. */
  isOurs(ruleId: RuleId): boolean {
    return this.#isOurs(ruleId);
  }

  /** Whether a trigger's rules are ours. */
  handles(triggerRef: string): boolean {
    return this.#triggers.has(triggerRef);
  }

  /** The ids and refs of all rules known. */
  rules(): Iterable<readonly [RuleId, string]> {
    return this.#known.all();
  }

  /** Whether the platform has a rule, as far as is known: nothing may be posted for any other. */
  has(ruleId: RuleId): boolean {
    return this.#known.has(ruleId) && !this.#known.isInDoubt(ruleId);
  }

  /** The ref of a rule known by its id. */
  refOf(ruleId: RuleId): string | undefined {
    return this.#known.refOf(ruleId);
  }

  /** The id of the rule known under a ref. */
  idOf(ref: string): RuleId | undefined {
    return this.#known.idOf(ref);
  }

  /** The row version of a rule, in microseconds. */
  versionOf(ruleId: RuleId): number | null {
    return this.#known.versionOf(ruleId);
  }

  /** When the read began that told of a rule last, on the monotonic clock; -Infinity where none did. */
  readAtOf(ruleId: RuleId): number {
    return this.#known.readAtOf(ruleId);
  }

  /** When a rule was made, in epoch milliseconds. */
  createdAtOf(ruleId: RuleId): number | null {
    return this.#known.createdAtOf(ruleId);
  }

  /**
   * Makes a rule's timer what the rule says, unless something was read later. A row that is older than what
   * is known is believed when another look says the same: it may be that of a replica that lags, or of a
   * database that was set back.
   */
  apply(rule: Rule, readAt: number = this.reads.begin()): void {
    const namesake = this.idOf(rule.ref);
    const lastReadAt = Math.max(
      this.#known.readAtOf(rule.id),
      namesake === undefined ? -Infinity : this.#known.readAtOf(namesake),
    );
    if (readAt < lastReadAt) return;
    if (this.#isOutdated(rule, namesake ?? 0, readAt)) return this.#lookAgain(rule.ref);
    this.#deleted.delete(rule.ref);
    if (namesake !== undefined && namesake !== rule.id) this.#end(namesake, rule.ref);
    if (!this.#isOurs(rule.id)) return;
    const memory = { ...rule, readAt, digest: digestOf(rule) };
    const isHandled = rule.unreadable !== undefined || this.handles(rule.triggerRef);
    if (!isHandled) return this.#letGo(rule, memory);
    if (memory.digest === this.#known.digestOf(rule.id)) return this.#known.remember(memory);
    this.#settle(rule, memory);
  }

  /** A rule of another trigger is nobody's business here, once nothing is to be posted for it any more. */
  #letGo(rule: Rule, memory: RuleMemory): void {
    if (!this.#known.has(rule.id)) return;
    this.#switchOff(rule, memory, "moved to another trigger");
    if (!this.#hasEvents(rule.id)) this.#leave(rule.id);
  }

  #settle(rule: Rule, memory: RuleMemory): void {
    const decision = decide(rule, this.#allowed);
    switch (decision.kind) {
      case "off":
        return this.#switchOff(rule, memory, "disabled");
      case "not allowed":
        this.#switchOff(rule, memory, "not allowed by the token");
        this.census.refuse(rule, decision.problems);
        return this.#tell({ kind: "rule_not_allowed", rule });
      case "refused":
        this.#switchOff(rule, memory, "refused");
        this.census.refuse(rule, decision.problems);
        return this.#tell({ kind: "rule_refused", rule, problems: decision.problems });
      case "timer":
        return this.#start(rule, memory, decision);
      default:
        decision satisfies never;
    }
  }

  /** Stops a rule that may be no more, until it is read again. */
  doubt(ruleId: RuleId): void {
    const ref = this.refOf(ruleId);
    if (ref === undefined) return;
    this.#stop(ruleId, ref, "maybe gone");
    this.#known.doubt(ruleId, this.reads.begin());
  }

  /**
   * Stops a rule that the platform no longer has, and any older one of its ref. Ids are never used again,
   * and grow. A rule that was never known is named with its ref.
   */
  delete(ruleId: RuleId, ref: string | undefined = this.refOf(ruleId)): void {
    if (ref === undefined) return;
    if (ruleId > (this.#deleted.get(ref) ?? 0)) this.#deleted.set(ref, ruleId);
    const id = this.idOf(ref);
    if (id !== undefined && id <= ruleId) this.#end(id, ref);
  }

  /** Forgets the rules deleted so far: to be called when no read begun before now is still to come. */
  forgetDeleted(): void {
    this.#deleted.clear();
  }

  #start(
    rule: Rule,
    memory: RuleMemory,
    { timer, warnings }: Extract<Decision, { kind: "timer" }>,
  ): void {
    const running = this.#timers.get(rule.id);
    const known = this.census.warningsOf(rule.id);
    this.#remember(memory);
    if (warnings.length > 0) this.census.warn(rule.id, timer.kind, warnings);
    if (running !== undefined && running.timer.key === timer.key) {
      // The timer stays; what its rule says beside it may have become odd.
      if (warnings.join() !== known.join()) this.#warn(rule, warnings);
      return;
    }
    const entry = { ruleId: rule.id, ruleRef: rule.ref, timer };
    const nextAt = this.#timers.set(entry, this.#changedAt(rule));
    this.census.started(timer.kind, running?.timer.kind);
    this.#tell({
      kind: "timer_started",
      rule,
      timer,
      nextAt,
      isChange: running !== undefined,
      wasPast: nextAt === null && timer.next(rule.createdAt - ON_TIME_MS) === null,
    });
    // From now on, or from an occurrence on that is still to be made up for.
    const advice = nextAt === null ? [] : adviceOn(timer, Math.min(this.#clock.now(), nextAt - 1));
    this.#warn(rule, [...warnings, ...advice]);
  }

  #warn(rule: Rule, warnings: readonly string[]): void {
    if (warnings.length > 0) this.#tell({ kind: "rule_warned", rule, warnings });
  }

  /** When a rule was last changed, by our clock: from then on it is planned. */
  #changedAt({ version, createdAt }: Rule): number {
    const changedAt = version === null ? createdAt : version / 1000;
    const skewMs = this.#skewMs();
    // Of a clock ahead, rather too late: what was due before the change is of another schedule.
    return Math.min(this.#clock.now(), changedAt - skewMs + (skewMs > 0 ? SKEW_ERROR_MS : 0));
  }

  /**
   * Whether what is known rules an answer out, as far as one look tells: its version is older, or the rule
   * was deleted, or has given way to another one.
   */
  #isOutdated({ id, ref, version }: Rule, namesake: number, readAt: number): boolean {
    const known = this.versionOf(id);
    const isOlder = version !== null && known !== null && version < known;
    const isGone = id <= (this.#deleted.get(ref) ?? 0) || id < namesake;
    const before = this.#outdated.get(id);
    if (isOlder || isGone) {
      if (before?.version !== version) this.#outdated.set(id, { version, readAt });
      if (before?.version !== version || readAt - before.readAt < APART_MS) return true;
    }
    this.#outdated.delete(id);
    return false;
  }

  /** The platform no longer has a rule. */
  #end(id: RuleId, ref: string): void {
    this.#stop(id, ref, "deleted");
    this.#leave(id);
    this.#gone(id);
    this.#tell({ kind: "rule_gone", ruleId: id });
  }

  #leave(id: RuleId): void {
    this.#outdated.delete(id);
    this.#timers.forget(id);
    this.census.forget(id);
  }

  #switchOff(rule: Rule, memory: RuleMemory, reason: StopReason): void {
    this.#stop(rule.id, rule.ref, reason);
    this.#remember(memory);
  }

  #stop(ruleId: RuleId, ruleRef: string, reason: StopReason): void {
    const entry = this.#timers.stop(ruleId);
    this.census.stopped(entry?.timer.kind);
    if (entry !== undefined) this.#tell({ kind: "timer_stopped", ruleId, ruleRef, reason });
  }

  #remember(memory: RuleMemory): void {
    this.#known.remember(memory);
    this.census.forget(memory.id);
  }
}

/** What decides about a rule, in a number: versions may repeat. */
function digestOf({ triggerRef, params, enabled, createdAt, unreadable = "" }: Rule): number {
  const written = JSON.stringify(params);
  return hashOfText(`${triggerRef} ${enabled} ${createdAt} ${unreadable} ${written}`);
}
