import { type FieldTable, type FieldValue, isTable, Timestamp } from "./field_table.ts";
import { ProtocolError } from "./protocol_error.ts";

/** What a queue's arguments ask of it. */
export interface QueuePolicy {
  /** How many messages may wait; `null` for any number. */
  readonly maxLength: number | null;
  /** What gives way when that many wait: the oldest, or the one being published. */
  readonly overflow: "drop-head" | "reject-publish";
}

// They choose how a queue is stored, which cannot be seen from outside.
const ABOUT_STORAGE: ReadonlySet<string> = new Set(["x-queue-mode", "x-queue-version"]);
const HONOURED = ["x-max-length", "x-overflow"] as const;
type Honoured = typeof HONOURED[number];

/**
 * Reads a queue's arguments. Throws a `ProtocolError`: 406 for a value that RabbitMQ refuses too, 540 for
 * an argument that this broker does not have, lest it be ignored in silence.
 */
export function queuePolicy(queue: string, args: FieldTable): QueuePolicy {
  refuseUnknown(args);
  const place = { queue, args };
  const overflow = text(place, "x-overflow") ?? "drop-head";
  if (overflow !== "drop-head" && overflow !== "reject-publish") {
    throw invalid(queue, "x-overflow", "invalid_overflow");
  }
  return {
    maxLength: count(place, "x-max-length"),
    overflow,
  };
}

/** Throws a `ProtocolError` 406 where a queue is declared again with other arguments. */
export function assertSameArguments(queue: string, given: FieldTable, current: FieldTable): void {
  for (const name of HONOURED) {
    const received = given[name];
    const present = current[name];
    if (received === present) continue;
    const words = received !== undefined && present !== undefined
      ? `received '${received}' but current is '${present}'`
      : `received ${described(received)} but current is ${described(present)}`;
    throw new ProtocolError(
      "PRECONDITION_FAILED",
      `inequivalent arg '${name}' for queue '${queue}' in vhost '/': ${words}`,
    );
  }
}

interface Place {
  readonly queue: string;
  readonly args: FieldTable;
}

function refuseUnknown(args: FieldTable): void {
  const honoured: ReadonlySet<string> = new Set(HONOURED);
  for (const [name, value] of Object.entries(args)) {
    const isClassic = name === "x-queue-type" && value === "classic";
    if (honoured.has(name) || ABOUT_STORAGE.has(name) || isClassic) continue;
    throw new ProtocolError(
      "NOT_IMPLEMENTED",
      `queue argument '${name}' of this broker double; it has ${HONOURED.join(", ")}`,
    );
  }
}

function count({ queue, args }: Place, name: Honoured): number | null {
  const value = args[name];
  if (value === undefined) return null;
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw invalid(queue, name, `"expected integer, got ${typeName(value)}"`);
  }
  if (value < 0) throw invalid(queue, name, `{value_negative,${value}}`);
  return value;
}

function text({ queue, args }: Place, name: Honoured): string | null {
  const value = args[name];
  if (value === undefined) return null;
  if (typeof value === "string") return value;
  throw invalid(queue, name, `{unacceptable_type,${typeName(value)}}`);
}

function invalid(queue: string, name: string, reason: string): ProtocolError {
  return new ProtocolError(
    "PRECONDITION_FAILED",
    `invalid arg '${name}' for queue '${queue}' in vhost '/': ${reason}`,
  );
}

function described(value: FieldValue | undefined): string {
  return value === undefined ? "none" : `the value '${value}' of type '${typeName(value)}'`;
}

// RabbitMQ's names. The width of an integer is taken to be the narrowest, which is what clients send.
function typeName(value: FieldValue): string {
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "longstr";
  if (typeof value === "bigint") return "long";
  if (typeof value === "number") return numberTypeName(value);
  if (value === null) return "void";
  if (value instanceof Uint8Array) return "binary";
  if (value instanceof Timestamp) return "timestamp";
  return isTable(value) ? "table" : "array";
}

function numberTypeName(value: number): string {
  if (!Number.isInteger(value)) return "double";
  if (value << 24 >> 24 === value) return "byte";
  if (value << 16 >> 16 === value) return "short";
  return (value | 0) === value ? "signedint" : "long";
}
