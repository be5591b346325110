import * as z from "zod";
import type { TriggerParams } from "../domain/rule.ts";
import { Cache } from "../collections/lru.ts";
import type { Traits } from "./schedule.ts";
import { anyInstant, oneOf, wholeNumber } from "./params.ts";
import { meantBy } from "./other_names.ts";
import { inspect, refusal } from "./refusal.ts";

const MAX_JITTER_SECONDS = 86_400;
const KNOWN = ["description"];
const KIND = ["type"];
/** There may be any number of members that nobody asked for: no more of them are looked at. */
export const MOST_JUDGED = 100;

/** The members of every kind. */
export const CommonParams = z.object({
  start_at: anyInstant().optional().describe("Nothing before it"),
  end_at: anyInstant().optional().describe("Nothing from it on"),
  on_missed: oneOf(["latest", "all", "skip"]).default("latest")
    .describe("What becomes of occurrences that nobody fired in time"),
  jitter_seconds: wholeNumber(1, MAX_JITTER_SECONDS).optional()
    .describe(
      "Delays each occurrence by up to this many seconds, the same for a rule and an instant",
    ),
});

/** What a rule says that names none of them. */
const NO_COMMON = CommonParams.parse({});
/** Never let go: there is only so much that a rule can say of jitter and missed occurrences. */
const sharedTraits = new Cache<string, Traits>(Infinity);
/** The members of each schema: to list them anew for every rule would cost as much as to read them. */
const memberLists = new WeakMap<z.ZodObject, readonly string[]>();

/**
 * A rule's parameters while a timer is made of them: reads their members, collects what is wrong with
 * them, and knows which of them nobody asked for.
 */
export class Draft {
  readonly #triggerRef: string;
  /** The word that the events' payload uses for the kind of timer. */
  readonly #type: string;
  /** Whether the trigger is one whose rules name their kind. */
  readonly isAnyKind: boolean;
  /** The instant from which intervals count, where the parameters do not say. Epoch milliseconds. */
  readonly anchorAt: number;
  readonly #params: TriggerParams;
  readonly #common: z.infer<typeof CommonParams> | null;
  readonly #known: (readonly string[])[] = [KNOWN];
  readonly #problems = new Map<string, string>();
  readonly #remarks: string[] = [];

  constructor(
    params: TriggerParams,
    about: {
      readonly triggerRef: string;
      readonly type: string;
      readonly isAnyKind: boolean;
      readonly anchorAt: number;
    },
  ) {
    this.#params = params;
    this.#triggerRef = about.triggerRef;
    this.#type = about.type;
    this.isAnyKind = about.isAnyKind;
    this.anchorAt = about.anchorAt;
    if (about.isAnyKind) this.#known.push(KIND);
    this.#common = this.read(CommonParams, NO_COMMON);
    const { start_at, end_at } = this.#common ?? {};
    if (start_at !== undefined && end_at !== undefined && end_at <= start_at) {
      this.refuse("end_at", `an instant after start_at (${inspect(params["start_at"])})`);
    }
  }

  /** What is wrong, at most one line a member. */
  get problems(): readonly string[] {
    return [...this.#problems.values()];
  }

  /** What is odd, but does no harm. */
  get warnings(): readonly string[] {
    return this.#remarks;
  }

  /** What the rule says of any kind of timer. */
  get traits(): Traits {
    const { on_missed: onMissed = "latest", jitter_seconds: seconds = 0 } = this.#common ?? {};
    const [triggerRef, type] = [this.#triggerRef, this.#type];
    const key = `${triggerRef} ${type} ${onMissed} ${seconds}`;
    const make = () => ({ key, triggerRef, type, onMissed, jitterMs: seconds * 1000 });
    return sharedTraits.get(key, make);
  }

  /** What decides over a timer beside the members of its own kind. */
  get key(): string {
    return JSON.stringify([this.#triggerRef, this.#type, this.#common]);
  }

  /** A member as the rule has it; `undefined` for none. */
  valueOf(member: string): unknown {
    return this.#params[member];
  }

  /** Whether the rule has a member. */
  has(member: string): boolean {
    return this.#params[member] !== undefined;
  }

  /**
   * Reads the members of a schema. `null` when one of them is wrong, which is then noted. `ofNone` is what
   * the schema makes of a rule without any of them: most rules are that.
   */
  read<S extends z.ZodObject>(schema: S, ofNone?: z.infer<S>): z.infer<S> | null {
    const members = membersOf(schema);
    this.#known.push(members);
    if (ofNone !== undefined && !members.some((member) => this.has(member))) return ofNone;
    const parsed = schema.safeParse(this.#params);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) this.refuse(String(issue.path[0]), issue.message);
    return null;
  }

  /** Notes that a member is wrong. */
  refuse(member: string, allowed: string): void {
    if (this.#problems.has(member)) return;
    this.#problems.set(member, refusal(member, this.#params[member], allowed));
  }

  /**
   * Notes the members that nobody has read, once all have been read: one that was meant to be another
   * is wrong, any other odd. `readable` are members that might have been read instead of others.
   */
  judgeUnknown(readable: readonly string[]): void {
    const unknown = Iterator.from(Object.keys(this.#params))
      .filter((member) => !this.#known.some((members) => members.includes(member)))
      .take(MOST_JUDGED).toArray();
    if (unknown.length === 0) return;
    const known = [...this.#known.flat(), ...readable]
      .filter((member) => !KNOWN.includes(member) && !unknown.includes(member));
    const strange = unknown.filter((member) => !this.#isMisspelt(member, known));
    if (strange.length > 0) this.#remarks.push(`Ignored unknown members ${inspect(strange)}`);
  }

  #isMisspelt(member: string, known: readonly string[]): boolean {
    const meant = meantBy(member, this.#params, known);
    if (meant === null) return false;
    this.#problems.set(member, `${member}: unknown parameter, did you mean ${inspect(meant)}?`);
    // That it is missing goes without saying.
    for (const name of Object.keys(meant)) if (!this.has(name)) this.#problems.delete(name);
    return true;
  }

  /** Notes that a member has no effect, if it is there. */
  warnOfIdle(member: string, why: string): void {
    this.#known.push([member]);
    if (this.has(member)) this.warn(member, `no effect, ${why}`);
  }

  /** Notes that a member may not mean what its author thinks. */
  warn(member: string, why: string): void {
    this.#remarks.push(`${member}: ${why}`);
  }

  /** The rule's `start_at` and `end_at`, `null` for none. */
  get bounds(): { readonly startAt: number | null; readonly endAt: number | null } {
    return { startAt: this.#common?.start_at ?? null, endAt: this.#common?.end_at ?? null };
  }
}

function membersOf(schema: z.ZodObject): readonly string[] {
  let members = memberLists.get(schema);
  if (members === undefined) {
    members = Object.keys(schema.shape);
    memberLists.set(schema, members);
  }
  return members;
}
