import * as z from "zod";
import { LONGEST_REF } from "../domain/rule.ts";
import { nearest } from "../ground/nearest.ts";
import { KINDS } from "../schedule/kinds.ts";

/** How far into the sorted list one can page: so much is kept while the rules are gone through. */
const FARTHEST = 5000;
const MOST = 500;
/** Problems that are told: a query can have thousands, and each takes its time. */
const MOST_TOLD = 10;

const LIMIT = `expected a whole number from 1 to ${MOST}`;
const OFFSET =
  `expected a whole number from 0, with limit up to ${FARTHEST}: to go further, sort ` +
  "by id and set after to the last rule_id";
const AFTER = "expected a rule id";

/** The states of a rule. */
const STATES = ["active", "ended", "refused", "off", "in_doubt"] as const;
const SORTS = ["id", "ref", "next", "last", "fires", "lateness", "failed"] as const;

export type TimerState = typeof STATES[number];
export type TimerSort = typeof SORTS[number];

const Written = z.strictObject({
  state: oneOf(STATES).optional(),
  kind: oneOf([...KINDS, "unknown"]).optional(),
  warned: oneOf(["true", "false"]).transform((it) => it === "true").optional(),
  trigger: z.string().max(LONGEST_REF, "expected the ref of a trigger").optional(),
  search: z.string().max(LONGEST_REF, "expected a part of a rule's ref").toLowerCase().optional(),
  sort: oneOf(SORTS).default("id"),
  order: oneOf(["asc", "desc"]).default("asc"),
  limit: number(LIMIT).refine((it) => it >= 1 && it <= MOST, LIMIT).default(100),
  offset: number(OFFSET).default(0),
  after: number(AFTER).optional(),
  // What is no number at all has been told of.
}).refine((it) => !(it.limit + it.offset > FARTHEST), { path: ["offset"], error: OFFSET });

const NAMES = Object.keys(Written.shape);

/** Which rules are asked for, in which order, and which part of them. */
export type TimerQuery = z.infer<typeof Written>;

/** Reads what stands behind the question mark. */
export function readQuery(
  params: URLSearchParams,
): { ok: true; query: TimerQuery } | { ok: false; problems: string[] } {
  const result = Written.safeParse(Object.fromEntries(params));
  if (result.success) return { ok: true, query: result.data };
  const problems = Iterator.from(result.error.issues).flatMap(problemsOf).take(MOST_TOLD);
  return { ok: false, problems: [...problems] };
}

function* problemsOf(issue: z.core.$ZodIssue): Generator<string, void> {
  if (issue.code !== "unrecognized_keys") {
    return yield `Invalid ${String(issue.path[0])}: ${issue.message}`;
  }
  for (const key of issue.keys) {
    const name = key.slice(0, LONGEST_REF);
    const meant = nearest(name, NAMES);
    const hint = meant === null ? `expected one of ${NAMES.join(", ")}` : `did you mean ${meant}?`;
    yield `Unknown parameter ${JSON.stringify(name)}: ${hint}`;
  }
}

function number(expected: string) {
  return z.string().regex(/^\d{1,15}$/, expected).transform(Number);
}

function oneOf<const T extends readonly string[]>(values: T) {
  return z.enum(values, `expected one of ${values.join(", ")}`);
}
