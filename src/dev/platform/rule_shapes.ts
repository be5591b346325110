import * as z from "zod";
import { apiError } from "./answers.ts";

/** A rule as `GET /api/v1/rules/{ref}` shows it (contract 2.4). */
export interface RuleRow {
  readonly id: number;
  /** Never changes. */
  readonly ref: string;
  readonly pack: number;
  readonly pack_ref: string;
  readonly label: string;
  readonly description: string | null;
  readonly action: number | null;
  readonly action_ref: string;
  /** `null`: the trigger was deleted. */
  readonly trigger: number | null;
  readonly trigger_ref: string;
  readonly conditions: unknown;
  readonly action_params: unknown;
  readonly trigger_params: unknown;
  readonly permission_set_refs: readonly string[] | null;
  readonly enabled: boolean;
  readonly is_adhoc: boolean;
  readonly owner_identity: number | null;
  readonly created: string;
  /** Moves with every change of the row. */
  readonly updated: string;
}

/** What a new rule is made of. */
export interface NewRule extends z.infer<typeof CreateRequest> {
  /** Where the rule should look older than it is: RFC 3339. */
  readonly created?: string | undefined;
}

/** A new rule as tests write it: whatever does not matter may be left out. */
export type RuleDraft = z.input<typeof DraftRequest>;

/** What a change of a rule may name; an absent member stays as it is. */
export type RuleChanges = z.infer<typeof UpdateRequest>;

const MAX_LENGTH = 255;

const Json = z.unknown().default({});

/** The body of `POST /api/v1/rules`. */
export const CreateRequest = z.object({
  ref: z.string(),
  pack_ref: z.string(),
  label: z.string(),
  description: z.string().nullish().transform((text) => text ?? null),
  action_ref: z.string(),
  trigger_ref: z.string(),
  conditions: Json,
  action_params: Json,
  trigger_params: Json,
  permission_set_refs: z.array(z.string()).nullish().transform((refs) => refs ?? null),
  enabled: z.boolean().default(true),
});

/** A {@link RuleDraft}. */
export const DraftRequest = CreateRequest.extend({
  pack_ref: z.string().optional(),
  label: z.string().optional(),
  action_ref: z.string().default("core.echo"),
  created: z.iso.datetime({ offset: true }).optional(),
}).transform((draft): NewRule => {
  const packRef = draft.pack_ref ?? draft.ref.split(".", 1)[0] ?? draft.ref;
  return { ...draft, pack_ref: packRef, label: draft.label ?? draft.ref };
});

// A null is no change, as the platform reads it; only the permission sets can be cleared.
const orAbsent = <T>(schema: z.ZodType<T>) =>
  schema.nullish().transform((value) => value ?? undefined);

/** The body of `PUT /api/v1/rules/{ref}`. */
export const UpdateRequest = z.object({
  label: orAbsent(z.string()),
  description: orAbsent(z.string()),
  action_ref: orAbsent(z.string()),
  trigger_ref: orAbsent(z.string()),
  conditions: orAbsent(z.unknown()),
  action_params: orAbsent(z.unknown()),
  trigger_params: orAbsent(z.unknown()),
  permission_set_refs: z.array(z.string()).nullable().optional(),
  enabled: orAbsent(z.boolean()),
}).partial();

const MEASURED = ["ref", "pack_ref", "label", "action_ref", "trigger_ref"] as const;

/** Checks the lengths that the API checks. Throws 422 VALIDATION_ERROR. */
export function checkLengths(
  rule: Partial<Readonly<Record<typeof MEASURED[number], string | undefined>>>,
): void {
  for (const name of MEASURED) {
    const { length } = rule[name] ?? "x";
    if (length >= 1 && length <= MAX_LENGTH) continue;
    throw apiError("VALIDATION_ERROR", `Validation failed: ${name}: Validation error: length`);
  }
}

/** Checks a rule's ref as the database does: lower case, exactly one dot. Throws 422. */
export function checkRef(ref: string): void {
  if (ref !== ref.toLowerCase()) throw constraintError("rule_ref_lowercase");
  if (!/^[^.]+\.[^.]+$/.test(ref)) throw constraintError("rule_ref_format");
}

function constraintError(constraint: string): Error {
  return apiError("UNPROCESSABLE_ENTITY", `Validation constraint failed: ${constraint}`);
}

/** A rule as lists show it (contract 2.4). */
export function listedRule(row: RuleRow): Readonly<Record<string, unknown>> {
  return {
    id: row.id,
    ref: row.ref,
    pack_ref: row.pack_ref,
    label: row.label,
    description: row.description,
    action_ref: row.action_ref,
    trigger_ref: row.trigger_ref,
    action_params: row.action_params,
    trigger_params: row.trigger_params,
    permission_set_refs: row.permission_set_refs,
    enabled: row.enabled,
    created: row.created,
    updated: row.updated,
  };
}
