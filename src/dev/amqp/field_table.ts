import { ByteReader, ByteWriter } from "./bytes.ts";
import { ProtocolError } from "./protocol_error.ts";

const MAX_DEPTH = 100;

/**
 * A value of a field table. Integers of every width are numbers (`bigint` beyond 2^53), a byte array is
 * a `Uint8Array`, void is `null`.
 */
export type FieldValue =
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Timestamp
  | null
  | FieldValue[]
  | FieldTable;

/** Named values: queue arguments, message headers, properties of client and server. */
export interface FieldTable {
  readonly [name: string]: FieldValue;
}

/** An instant in a field table: 64 bits of seconds, more than a `Date` holds. */
export class Timestamp {
  readonly seconds: bigint;

  constructor(seconds: bigint) {
    this.seconds = seconds;
  }
}

/**
 * Reads a field table that is within `depth` others: types by RabbitMQ's letters, which differ from the
 * specification's.
 */
export function readTable(reader: ByteReader, depth = 0): FieldTable {
  const body = nested(reader, depth);
  const entries: [string, FieldValue][] = [];
  while (body.remaining > 0) entries.push([body.shortstr(), readValue(body, depth)]);
  return Object.fromEntries(entries);
}

/** Writes a field table; an integer takes the narrowest of 32 and 64 bits that holds it. */
export function writeTable(writer: ByteWriter, table: FieldTable): ByteWriter {
  const body = new ByteWriter();
  for (const [name, value] of Object.entries(table)) writeValue(body.shortstr(name), value);
  const bytes = body.finish();
  return writer.long(bytes.length).bytes(bytes);
}

/** Whether a value is a table within a table. */
export function isTable(value: FieldValue | undefined): value is FieldTable {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof Uint8Array) && !(value instanceof Timestamp);
}

// A frame has room for more tables within tables than the stack has.
function nested(reader: ByteReader, depth: number): ByteReader {
  if (depth > MAX_DEPTH) {
    throw new ProtocolError("FRAME_ERROR", `cannot decode more than ${MAX_DEPTH} nested tables`);
  }
  return new ByteReader(reader.bytes(reader.long()));
}

function readValue(reader: ByteReader, depth: number): FieldValue {
  const type = String.fromCharCode(reader.octet());
  switch (type) {
    case "t":
      return reader.octet() !== 0;
    case "b":
      return reader.octet() << 24 >> 24;
    case "B":
      return reader.octet();
    case "s":
      return reader.short() << 16 >> 16;
    case "u":
      return reader.short();
    case "I":
      return reader.long() | 0;
    case "i":
      return reader.long();
    case "l":
      return narrow(BigInt.asIntN(64, reader.longlong()));
    case "f":
      return reader.float();
    case "d":
      return reader.double();
    case "D":
      return readDecimal(reader);
    case "S":
      return reader.longstr();
    case "x":
      return reader.bytes(reader.long()).slice();
    case "T":
      return new Timestamp(reader.longlong());
    case "A":
      return readArray(reader, depth + 1);
    case "F":
      return readTable(reader, depth + 1);
    case "V":
      return null;
    default:
      throw new ProtocolError("FRAME_ERROR", `cannot decode a field of type '${type}'`);
  }
}

function readDecimal(reader: ByteReader): number {
  const places = reader.octet();
  return (reader.long() | 0) / 10 ** places;
}

function readArray(reader: ByteReader, depth: number): FieldValue[] {
  const body = nested(reader, depth);
  const values: FieldValue[] = [];
  while (body.remaining > 0) values.push(readValue(body, depth));
  return values;
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function writeValue(writer: ByteWriter, value: FieldValue): void {
  const tag = (letter: string) => writer.octet(letter.charCodeAt(0));
  if (typeof value === "boolean") {
    tag("t").octet(value ? 1 : 0);
  } else if (typeof value === "string") {
    tag("S").longstr(value);
  } else if (typeof value === "bigint") {
    tag("l").longlong(value);
  } else if (typeof value === "number") {
    if (value === (value | 0)) tag("I").long(value);
    else if (Number.isSafeInteger(value)) tag("l").longlong(BigInt(value));
    else tag("d").double(value);
  } else if (value === null) {
    tag("V");
  } else if (value instanceof Uint8Array) {
    tag("x").long(value.length).bytes(value);
  } else if (value instanceof Timestamp) {
    tag("T").longlong(value.seconds);
  } else if (Array.isArray(value)) {
    const body = new ByteWriter();
    for (const item of value) writeValue(body, item);
    const bytes = body.finish();
    tag("A").long(bytes.length).bytes(bytes);
  } else {
    writeTable(tag("F"), value);
  }
}
