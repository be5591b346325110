import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { ByteReader, ByteWriter } from "../../../src/dev/amqp/bytes.ts";
import {
  type FieldTable,
  type FieldValue,
  readTable,
  Timestamp,
  writeTable,
} from "../../../src/dev/amqp/field_table.ts";
import { encodeFrame, FrameReader } from "../../../src/dev/amqp/frames.ts";
import { readProperties, writeProperties } from "../../../src/dev/amqp/properties.ts";

const text = fc.string({ unit: "grapheme", maxLength: 20 });
const { table } = fc.letrec<{ value: FieldValue; table: FieldTable }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true }),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
    text,
    fc.constant(null),
    fc.uint8Array(),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((seconds) => new Timestamp(seconds)),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("table"),
  ),
  table: fc.dictionary(text, tie("value"), { maxKeys: 4 }),
}));

Deno.test("A field table is read as it was written, whatever is in it", () => {
  fc.assert(fc.property(table, (table) => {
    const bytes = writeTable(new ByteWriter(), table).finish();
    const reader = new ByteReader(bytes);
    assertEquals(normal(readTable(reader)), normal(table));
    assertEquals(reader.remaining, 0);
  }));
});

// Whole doubles come back as integers, which JavaScript cannot tell apart, save for the sign of zero.
function normal(table: FieldTable): FieldTable {
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [name, plain(value)]));
}

function plain(value: FieldValue): FieldValue {
  if (value === 0) return 0;
  if (Array.isArray(value)) return value.map(plain);
  const isPlain = typeof value !== "object" || value === null || value instanceof Uint8Array ||
    value instanceof Timestamp;
  return isPlain ? value : normal(value);
}

// Each as the specification and RabbitMQ's list of its deviations write it.
const FIELDS: readonly (readonly [bytes: number[], value: FieldValue])[] = [
  [[0x74, 1], true],
  [[0x62, 0xff], -1],
  [[0x42, 0xff], 255],
  [[0x73, 0xff, 0xfe], -2],
  [[0x75, 0xff, 0xfe], 65_534],
  [[0x49, 0xff, 0xff, 0xff, 0xfd], -3],
  [[0x69, 0xff, 0xff, 0xff, 0xfd], 4_294_967_293],
  [[0x6c, 0, 0, 0, 1, 0, 0, 0, 0], 4_294_967_296],
  [[0x6c, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 9_223_372_036_854_775_807n],
  [[0x66, 0x3f, 0x80, 0, 0], 1],
  [[0x64, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0], 0.5],
  [[0x44, 2, 0, 0, 0x04, 0xd2], 12.34],
  [[0x53, 0, 0, 0, 2, 0xc5, 0xbc], "ż"],
  [[0x78, 0, 0, 0, 2, 1, 2], new Uint8Array([1, 2])],
  [[0x54, 0, 0, 0, 0, 0, 0, 0, 9], new Timestamp(9n)],
  [[0x41, 0, 0, 0, 3, 0x74, 0, 0x56], [false, null]],
  [[0x46, 0, 0, 0, 4, 1, 0x61, 0x74, 1], { a: true }],
  [[0x56], null],
];

Deno.test("A field of every type is read", () => {
  for (const [bytes, value] of FIELDS) {
    const table = Uint8Array.from([0, 0, 0, bytes.length + 2, 1, 0x6b, ...bytes]);
    assertEquals(readTable(new ByteReader(table)), { k: value });
  }
});

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const octet = optional(fc.nat({ max: 255 }));
const properties = fc.record({
  contentType: optional(text),
  contentEncoding: optional(text),
  headers: optional(table.map(normal)),
  deliveryMode: octet,
  priority: octet,
  correlationId: optional(text),
  replyTo: optional(text),
  expiration: optional(text),
  messageId: optional(text),
  timestamp: optional(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  type: optional(text),
  userId: optional(text),
  appId: optional(text),
  clusterId: optional(text),
});

Deno.test("Properties are read as they were written, whichever are there", () => {
  fc.assert(fc.property(properties, (properties) => {
    const bytes = writeProperties(new ByteWriter(), properties).finish();
    assertEquals(readProperties(new ByteReader(bytes)), properties);
  }));
});

Deno.test("Frames are found wherever the network cuts the bytes", async () => {
  const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 6 });
  const cuts = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 });
  await fc.assert(fc.asyncProperty(payloads, cuts, async (payloads, cuts) => {
    const bytes = payloads.flatMap((payload) => [...encodeFrame(3, 7, payload)]);
    const reader = new FrameReader({ read: sourceOf(Uint8Array.from(bytes), cuts) });
    for (const payload of payloads) {
      const frame = await reader.next();
      assertEquals([frame.type, frame.channel, frame.payload], [3, 7, payload]);
    }
  }));
});

function sourceOf(bytes: Uint8Array, cuts: readonly number[]) {
  let offset = 0;
  let turn = 0;
  return (into: Uint8Array): Promise<number | null> => {
    const size = cuts[turn++ % cuts.length] ?? 1;
    const chunk = bytes.subarray(offset, offset + Math.min(size, into.length));
    into.set(chunk);
    offset += chunk.length;
    return Promise.resolve(chunk.length);
  };
}
