import * as z from "zod";
import { CommonParams } from "./draft.ts";
import { namesOf } from "./other_names.ts";
import { type JsonSchema, type ParamsForm, present } from "./params_form.ts";
import type { TimerKind } from "./timer_kind.ts";

const DIALECT = "https://json-schema.org/draft/2020-12/schema";
/** The members that every rule may have, however its timer is written. */
const ForPeople = z.object({ description: z.unknown().optional().describe("For people") });

/** The parameters of rules of one kind, as JSON Schema (2020-12). */
export function schemaOfKind(kind: TimerKind): JsonSchema {
  const forms = kind.forms.filter(({ isOfAnyKind }) => !isOfAnyKind);
  return documentOf(kind.trigger.ref, forms, forms.map((form) => schemaOf(form, kind, [])));
}

/** The parameters of rules that name their kind, or whose members leave no doubt about it. */
export function schemaOfAnyKind(triggerRef: string, kinds: readonly TimerKind[]): JsonSchema {
  const forms = kinds.flatMap((kind) => kind.forms.map((form) => ({ kind, form })));
  return documentOf(
    triggerRef,
    forms.map(({ form }) => form),
    forms.map(({ kind, form }) =>
      schemaOf(form, kind, [kindIn(kind, kinds), ...othersOut(form, kind)])
    ),
  );
}

function documentOf(
  triggerRef: string,
  forms: readonly ParamsForm[],
  schemas: readonly JsonSchema[],
): JsonSchema {
  const [only = {}, another] = schemas;
  return {
    $schema: DIALECT,
    title: `Parameters of a rule of ${triggerRef}`,
    examples: forms.map(({ example }) => example),
    ...another === undefined ? only : { type: "object", anyOf: schemas },
  };
}

/** How a kind is told from the others. */
function kindIn(kind: TimerKind, kinds: readonly TimerKind[]): JsonSchema {
  const rivals = kinds.filter((it) => it !== kind && !kind.outranks.includes(it.name))
    .flatMap(({ telltales }) => telltales);
  const type = { const: kind.name, description: "The kind of timer, where that is not clear" };
  return {
    properties: { type },
    if: { not: present("type") },
    then: { not: { anyOf: rivals.map(present) } },
  };
}

/** No name of the members is allowed but their own, with whatever underscores, and those of other forms. */
function spelling(members: readonly string[], ofForms: readonly string[]): JsonSchema {
  const names = namesOf(members).map((name) => [...name].join("_?"));
  const own = [...new Set([...members, ...ofForms])];
  return { anyOf: [{ enum: own }, { not: { pattern: `^_*(?:${names.join("|")})_*$` } }] };
}

/** Leaves out the members of forms that only rules of any kind have, which do not go together. */
function othersOut(form: ParamsForm, kind: TimerKind): JsonSchema[] {
  const own = membersOf(form);
  const others = kind.forms.filter((it) => it !== form && it.isOfAnyKind).flatMap(membersOf)
    .filter((member) => !own.includes(member));
  return others.map((member) => ({ not: present(member) }));
}

function membersOf({ schemas }: ParamsForm): string[] {
  return schemas.flatMap(({ shape }) => Object.keys(shape));
}

function schemaOf(form: ParamsForm, kind: TimerKind, more: readonly JsonSchema[]): JsonSchema {
  const schemas = [...form.schemas, CommonParams, ForPeople];
  const shape = Object.assign({}, ...schemas.map((schema) => schema.shape));
  const { properties, required = [] } = z.toJSONSchema(z.object(shape), {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      // Left out for what is transformed, as if it were an example of what comes of it.
      const examples = z.globalRegistry.get(zodSchema)?.["examples"];
      if (Array.isArray(examples)) jsonSchema["examples"] = examples;
    },
  });
  const conditions = [...form.conditions, ...more];
  return {
    type: "object",
    properties,
    propertyNames: spelling(Object.keys(shape), kind.forms.flatMap(membersOf)),
    required: [...new Set([...required, ...form.required])],
    ...conditions.length > 0 ? { allOf: conditions } : {},
  };
}
