import * as z from "zod";

/** A rule's database id. It is the rule's identity: a rule deleted and made again has another id. */
export const RuleId = z.int().positive().brand<"RuleId">();
export type RuleId = z.infer<typeof RuleId>;

/** Whether a number is one that {@link RuleId} takes: at a fraction of its cost. */
export function isRuleId(value: number): value is RuleId {
  return Number.isSafeInteger(value) && value > 0;
}

/** The most characters of a ref; the platform allows as many. */
export const LONGEST_REF = 255;

/**
 * The ref of a rule or a trigger. What others send is asked about by its ref, so that it has to be fit for a
 * path: not long, of whole characters, and not a step up. The platform's own are narrower still (contract 2.4).
 */
export const Ref = z.string().regex(/^(?!\.\.?$)[^\p{Cc}\p{Cs}]{1,255}$/u, "Invalid ref");

/** How deep parameters may nest: deeper ones break whoever walks through them, and timers need 3. */
const DEEPEST = 32;

// Not copied, as a `z.record` would be: of a large message that takes longer than all the rest.
/** Any object that does not nest too deep: unchecked until a schedule is compiled from it. */
export const TriggerParams = z.custom<Readonly<Record<string, unknown>>>(
  (value) => isRecord(value) && isWithin(value, DEEPEST),
  {
    error: ({ input }) =>
      isRecord(input)
        ? `Invalid input: expected at most ${DEEPEST} objects and lists within each other`
        : `Invalid input: expected object, received ${received(input)}`,
  },
);
/** `trigger_params` as somebody wrote them. */
export type TriggerParams = z.infer<typeof TriggerParams>;

/** What the platform holds of a rule (contract 2.4), as far as a timer sensor needs it. */
export interface Rule {
  readonly id: RuleId;
  /** Lower case, exactly one dot; never changes during the life of an id. */
  readonly ref: string;
  readonly triggerRef: string;
  readonly params: TriggerParams;
  readonly enabled: boolean;
  /** Epoch milliseconds; the anchor of intervals. */
  readonly createdAt: number;
  /** `updated` in microseconds; `null` where it is not known, as from a message. */
  readonly version: number | null;
  /** Why its row cannot be read: then it gets no timer, and the rest is as much as could be read. */
  readonly unreadable?: string;
}

/**
 * A hint that a rule changed, from a lifecycle message (contract 3.3). The API has the truth. It names the
 * rule by its id, its ref or both; whatever else it does not say, or not readably, is `null`.
 */
export interface RuleChange {
  readonly kind: "created" | "enabled" | "disabled" | "deleted" | "updated";
  readonly ruleId: RuleId | null;
  readonly ruleRef: string | null;
  readonly triggerRef: string | null;
  readonly params: TriggerParams | null;
  /** Whether the rule is on after this change. */
  readonly enabled: boolean;
  /** Epoch milliseconds at which the message was made, where it says so. */
  readonly sentAt: number | null;
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWithin(value: unknown, deepest: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (deepest === 0) return false;
  for (const member of Object.values(value)) if (!isWithin(member, deepest - 1)) return false;
  return true;
}

/** The longest text that is repeated in an error. */
const LONGEST_QUOTED = 60;

/** What came instead, for an error. */
function received(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value !== "string") return value === null ? "null" : typeof value;
  const isLong = value.length > LONGEST_QUOTED;
  const start = value.slice(0, LONGEST_QUOTED).toWellFormed();
  return JSON.stringify(isLong ? `${start}…` : start);
}
