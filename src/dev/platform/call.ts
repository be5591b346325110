import type * as z from "zod";
import { rejection } from "./answers.ts";

/** A request on its way to a handler. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** A variable part of the path, decoded, by its name in the route. Throws the framework's 400. */
  readonly param: (name: string) => string;
  readonly query: URLSearchParams;
  /** By lower case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** `null`: longer than the platform reads (contract 2). */
  readonly body: Uint8Array | null;
}

const MAX_U32 = 2 ** 32 - 1;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The body by `schema`. Throws the framework's plain text rejections: 415, 413, 400, 422, in that order. */
export function readJson<T>(call: Call, schema: z.ZodType<T>): T {
  if (!isJson(call.headers["content-type"])) {
    throw rejection(415, "Expected request with `Content-Type: application/json`");
  }
  if (call.body === null) {
    throw rejection(413, "Failed to buffer the request body: length limit exceeded");
  }
  const result = schema.safeParse(parse(call.body));
  if (result.success) return result.data;
  throw rejection(
    422,
    `Failed to deserialize the JSON body into the target type: ${firstProblem(result.error)}`,
  );
}

/** A number of 32 bits from the query. Throws the framework's 400. */
export function queryU32(call: Call, name: string, fallback: number): number {
  const value = queryInteger(call, name);
  if (value === null) return fallback;
  if (value >= 0 && value <= MAX_U32) return value;
  throw badQuery(`${name}: invalid digit found in string`);
}

/** A whole number from the query, `null` where it is absent. Throws the framework's 400. */
export function queryInteger(call: Call, name: string): number | null {
  const value = call.query.get(name);
  if (value === null) return null;
  if (/^[+-]?\d+$/.test(value)) return Number(value);
  throw badQuery(`${name}: invalid digit found in string`);
}

/** A truth value from the query, `false` where it is absent. Throws the framework's 400. */
export function queryBoolean(call: Call, name: string): boolean {
  const value = call.query.get(name);
  if (value === null || value === "false") return false;
  if (value === "true") return true;
  throw badQuery(`${name}: provided string was not \`true\` or \`false\``);
}

function badQuery(problem: string): Error {
  return rejection(400, `Failed to deserialize query string: ${problem}`);
}

function isJson(contentType: string | undefined): boolean {
  const essence = contentType?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return essence === "application/json" || /^application\/[^/]+\+json$/.test(essence);
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(body));
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw rejection(400, `Failed to parse the request body as JSON: ${problem}`);
  }
}

function firstProblem(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? "" : `${issue.path.join(".") || "body"}: ${issue.message}`;
}
