import type * as z from "zod";
import type { TriggerParams } from "../domain/rule.ts";

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A way to write the parameters of a kind of timer, for those who describe them. */
export interface ParamsForm {
  /** The schemas by which its members are read. */
  readonly schemas: readonly z.ZodObject[];
  /** Members that it needs beside those without which the schemas fail. */
  readonly required: readonly string[];
  /** What the schemas of single members cannot say. */
  readonly conditions: readonly JsonSchema[];
  readonly example: TriggerParams;
  /** Whether only rules of `core.timer` can be written like this. */
  readonly isOfAnyKind: boolean;
}

/** Says that there is a member. */
export function present(member: string): JsonSchema {
  return { properties: { [member]: true }, required: [member] };
}
