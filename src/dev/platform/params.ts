import { apiError } from "./answers.ts";

/** One member of a flat parameter schema, as packs write them. */
export interface FlatMember {
  readonly type: "string" | "integer" | "array";
  readonly description?: string;
  readonly required?: boolean;
  readonly default?: string | number;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly items?: { readonly type: "string" | "integer" };
}

/** A flat schema: members by name. */
export type FlatSchema = Readonly<Record<string, FlatMember>>;

/**
 * Checks a rule's `trigger_params` as the API does when a rule is written (contract 2.4). Throws 422
 * VALIDATION_ERROR with every violation. A template passes for any type, unknown members pass, `default`
 * fills nothing in, `format` is not looked at.
 */
export function checkParams(triggerRef: string, schema: FlatSchema | null, params: unknown): void {
  if (schema === null) return;
  const found = isObject(params) ? violations(schema, params) : [wrongType(params, "object")];
  if (found.length === 0) return;
  throw apiError(
    "VALIDATION_ERROR",
    `Invalid parameters for trigger '${triggerRef}': ${found.join(", ")}`,
  );
}

function violations(schema: FlatSchema, params: Readonly<Record<string, unknown>>): string[] {
  const found: string[] = [];
  for (const [name, member] of Object.entries(schema)) {
    if (Object.hasOwn(params, name)) found.push(...memberViolations(name, member, params[name]));
    else if (member.required) found.push(`"${name}" is a required property`);
  }
  return found;
}

function memberViolations(name: string, member: FlatMember, value: unknown): string[] {
  if (isTemplate(value)) return [];
  if (!isOfType(value, member.type)) return [`${wrongType(value, member.type)} at /${name}`];
  const found: string[] = [];
  if (member.enum !== undefined && !member.enum.some((allowed) => allowed === value)) {
    const allowed = member.enum.map((word) => `"${word}"`).join(" or ");
    found.push(`${JSON.stringify(value)} is not one of ${allowed} at /${name}`);
  }
  if (member.minimum !== undefined && typeof value === "number" && value < member.minimum) {
    found.push(`${value} is less than the minimum of ${member.minimum} at /${name}`);
  }
  if (member.items !== undefined && Array.isArray(value)) {
    const { type } = member.items;
    value.forEach((item: unknown, index) => {
      if (isTemplate(item) || isOfType(item, type)) return;
      found.push(`${wrongType(item, type)} at /${name}/${index}`);
    });
  }
  return found;
}

function isTemplate(value: unknown): boolean {
  return typeof value === "string" && value.includes("{{") && value.includes("}}");
}

function isOfType(value: unknown, type: FlatMember["type"]): boolean {
  switch (type) {
    case "string":
      return typeof value === "string";
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    default:
      return type satisfies never;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrongType(value: unknown, type: string): string {
  return `${JSON.stringify(value)} is not of type "${type}"`;
}
