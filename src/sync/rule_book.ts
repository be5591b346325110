import type { Clock } from "../ground/clock.ts";
import type { Tell } from "../ground/tell.ts";
import type { Rule, RuleId } from "../domain/rule.ts";
import { adviceOn } from "../schedule/advice.ts";
import type { Timer } from "../schedule/timer.ts";
import { ON_TIME_MS } from "../timers/misfire.ts";
import type { RuleStore } from "../timers/rule_store.ts";
import type { TimerManager } from "../timers/timer_manager.ts";
import type { RuleNews, StopReason } from "./news.ts";
import { decide } from "./decide.ts";
import { Census } from "./census.ts";

/** All rules of our triggers and our shard, and the one place where a rule becomes a timer. */
export class RuleBook {
  readonly #timers: TimerManager;
  readonly #triggers: ReadonlySet<string>;
  readonly #isOurs: (ruleId: RuleId) => boolean;
  readonly #allowed: ReadonlySet<string> | null;
  readonly #clock: Clock;
  readonly #tell: Tell<RuleNews>;
  readonly #gone: (ruleId: RuleId) => void;
  /** What has a timer, and what was refused one. */
  readonly census: Census = new Census();
  readonly #known: RuleStore;
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

  /** Makes a rule's timer what the rule says. A row older than what is known changes nothing. */
  apply(rule: Rule): void {
    if (!isNewer(rule, this.versionOf(rule.id))) return;
    if (rule.id <= (this.#deleted.get(rule.ref) ?? 0)) return;
    const namesake = this.idOf(rule.ref);
    // Ids grow: a smaller one is of an answer from before the namesake was made.
    if (namesake !== undefined && namesake > rule.id) return;
    if (namesake !== undefined && namesake < rule.id) this.delete(namesake);
    if (!this.#isOurs(rule.id)) return;
    if (!this.handles(rule.triggerRef)) {
      if (this.#known.has(rule.id)) this.#switchOff(rule, "moved to another trigger");
      return this.#leave(rule.id);
    }
    const decision = decide(rule, this.#allowed);
    switch (decision.kind) {
      case "off":
        return this.#switchOff(rule, "disabled");
      case "not allowed":
        this.#switchOff(rule, "not allowed by the token");
        this.census.refuse(rule, decision.problems);
        return this.#tell({ kind: "rule_not_allowed", rule });
      case "refused":
        this.#switchOff(rule, "refused");
        this.census.refuse(rule, decision.problems);
        return this.#tell({ kind: "rule_refused", rule, problems: decision.problems });
      case "timer":
        return this.#start(rule, decision.timer, decision.warnings);
      default:
        decision satisfies never;
    }
  }

  /** Stops a rule that may be no more, until it is read again. */
  doubt(ruleId: RuleId): void {
    const ref = this.refOf(ruleId);
    if (ref === undefined) return;
    this.#stop(ruleId, ref, "maybe gone");
    this.#known.doubt(ruleId);
  }

  /**
   * Stops a rule that the platform no longer has, and any older one of its ref. Ids are never used again,
   * and grow. A rule that was never known is named with its ref.
   */
  delete(ruleId: RuleId, ref: string | undefined = this.refOf(ruleId)): void {
    if (ref === undefined) return;
    if (ruleId > (this.#deleted.get(ref) ?? 0)) this.#deleted.set(ref, ruleId);
    const id = this.idOf(ref);
    if (id === undefined || id > ruleId) return;
    this.#stop(id, ref, "deleted");
    this.#leave(id);
    this.#gone(id);
    this.#tell({ kind: "rule_gone", ruleId: id });
  }

  /** Forgets the rules deleted so far: to be called when no read begun before now is still to come. */
  forgetDeleted(): void {
    this.#deleted.clear();
  }

  #start(rule: Rule, timer: Timer, warnings: readonly string[]): void {
    const running = this.#timers.get(rule.id);
    this.#remember(rule);
    if (running !== undefined && running.timer.key === timer.key) return;
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
    if (warnings.length + advice.length === 0) return;
    this.#tell({ kind: "rule_warned", rule, warnings: [...warnings, ...advice] });
  }

  /** When a rule was last changed: from then on it is planned. */
  #changedAt({ version, createdAt }: Rule): number {
    return Math.min(this.#clock.now(), version === null ? createdAt : version / 1000);
  }

  #leave(id: RuleId): void {
    this.#timers.forget(id);
    this.census.forget(id);
  }

  #switchOff(rule: Rule, reason: StopReason): void {
    this.#stop(rule.id, rule.ref, reason);
    this.#remember(rule);
  }

  #stop(ruleId: RuleId, ruleRef: string, reason: StopReason): void {
    const entry = this.#timers.stop(ruleId);
    this.census.stopped(entry?.timer.kind);
    if (entry !== undefined) this.#tell({ kind: "timer_stopped", ruleId, ruleRef, reason });
  }

  #remember(rule: Rule): void {
    this.#known.remember(rule);
    this.census.forget(rule.id);
  }
}

/** A row that a message told (without a version) gives way to any, and is believed itself. */
function isNewer(rule: Rule, knownVersion: number | null): boolean {
  return rule.version === null || knownVersion === null || rule.version > knownVersion;
}
