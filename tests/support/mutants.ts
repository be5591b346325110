import type { Options } from "amqplib";
import type { Random } from "../chaos/random.ts";
import type { Draft } from "./flood.ts";

/** A rule that messages are about. */
export interface Subject {
  readonly id: number;
  readonly ref: string;
}

const KINDS = ["Created", "Enabled", "Disabled", "Deleted", "Updated"];
/** Stands in a message where text that is no JSON value of ours goes. */
const MARK = "\u0001";
/** What no writer of JSON would write. */
const RAW = [
  "1e400",
  "-1e400",
  "1e-400",
  "-0",
  "9007199254740992",
  "9007199254740993",
  "1".repeat(400),
  "0x10",
  "007",
  "NaN",
  "Infinity",
  "undefined",
  "'text'",
  "{,}",
  "[1,]",
  "/* comment */1",
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u0000"',
  '"\\x41"',
  '"\t\n"',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"a":1,"a":2,"__proto__":null}',
];
const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  2 ** 31,
  2 ** 53,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_VALUE,
  "",
  " ",
  ".",
  "..",
  "../../../etc/passwd",
  "%2e%2e",
  "a.b?c=d#e",
  "NaN",
  "1",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "{{ template }}",
  "\u0000",
  "\r\nSet-Cookie: a=b",
  "\u202e\u2028\ufeff",
  "\x1b[31mred",
  "𝒳 ligature ﬁ",
  "2025-02-30T00:00:00Z",
  "2025-01-01T00:00:00.1234567891Z",
  "0000-01-01T00:00:00Z",
  "9999-12-31T23:59:60+23:59",
  [],
  {},
  [[]],
  [{}],
  { length: 3 },
  { then: true },
  { toJSON: "x" },
];
const NAMES = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "then",
  "toJSON",
  "event_type",
  "message_type",
  "payload",
  "rule_id",
  "rule_ref",
  "trigger_ref",
  "trigger_type",
  "timestamp",
  "enabled",
];
const DEPTHS = [10, 1000, 10_000];
const LENGTHS = [256, 5000, 70_000];
const LONGEST_NOISE = 600;

/** A sound message of one of both forms, as a tree that may be spoilt. */
function soundMessage(random: Random, { id, ref }: Subject): Record<string, unknown> {
  const kind = `Rule${random.pick(KINDS)}`;
  // Also from the future: what is newer than all that is known is the more likely to be believed.
  const seconds = random.chance(0.5) ? random.between(0, 2 ** 31) : 2 ** 32;
  const timestamp = new Date(seconds * 1000).toISOString();
  const rule = { rule_id: id, rule_ref: ref };
  const trigger_params = {
    interval: random.between(1, 60),
    unit: "seconds",
    tags: ["a", { b: 1 }],
  };
  if (random.chance(0.5)) {
    const trigger_type = "core.intervaltimer";
    return { event_type: kind, ...rule, trigger_type, trigger_params, enabled: true, timestamp };
  }
  const trigger_ref = "core.intervaltimer";
  return {
    message_id: "5f2b2c0e-52a4-4d5e-9f0a-0d6f0f0c9f11",
    message_type: kind,
    version: "1.0",
    timestamp,
    headers: { retry_count: 0, source_service: "api-service" },
    payload: { ...rule, trigger_ref, trigger_params, enabled: random.chance(0.5) },
  };
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One of the objects within a message, itself included. */
function someTree(random: Random, root: Record<string, unknown>): Record<string, unknown> {
  let tree = root;
  for (;;) {
    const within = Object.values(tree).filter(isTree);
    if (within.length === 0 || random.chance(0.4)) return tree;
    tree = random.pick(within);
  }
}

/** Puts `value` in the place of some member. */
function replaceSome(random: Random, root: Record<string, unknown>, value: unknown): void {
  const tree = someTree(random, root);
  tree[random.pick(Object.keys(tree).concat("more"))] = value;
}

function nest(random: Random): string {
  const depth = random.pick(DEPTHS);
  const [open, close] = random.pick([["[", "]"], ['{"a":', "}"]]);
  const inner = open === "[" ? "" : "1";
  return (open ?? "").repeat(depth) + inner + (close ?? "").repeat(depth);
}

/** Spoils a message as a value and writes it. */
type Spoiler = (random: Random, root: Record<string, unknown>) => string;

const SPOILERS: Readonly<Record<string, Spoiler>> = {
  sound: (_, root) => JSON.stringify(root),
  "without a member": (random, root) => {
    const tree = someTree(random, root);
    delete tree[random.pick(Object.keys(tree).concat("more"))];
    return JSON.stringify(root);
  },
  "with another value": (random, root) => {
    replaceSome(random, root, random.pick(VALUES));
    return JSON.stringify(root);
  },
  "with another member": (random, root) => {
    const tree = someTree(random, root);
    // An own member, also where the name is one that assignment would take for the prototype.
    Object.defineProperty(tree, random.pick(NAMES), {
      value: random.pick(VALUES),
      enumerable: true,
      configurable: true,
      writable: true,
    });
    return JSON.stringify(root);
  },
  "with a raw value": (random, root) => {
    replaceSome(random, root, MARK);
    return JSON.stringify(root).replace(JSON.stringify(MARK), () => random.pick(RAW));
  },
  "with a long text": (random, root) => {
    replaceSome(random, root, random.pick(["x", "å", "\\", "."]).repeat(random.pick(LENGTHS)));
    return JSON.stringify(root);
  },
  nested: (random, root) => {
    replaceSome(random, root, MARK);
    return JSON.stringify(root).replace(JSON.stringify(MARK), () => nest(random));
  },
  "with a member twice": (random, root) => {
    const members = Object.entries(root).map((it) =>
      it.map((part) => JSON.stringify(part)).join(":")
    );
    members.push(`${JSON.stringify(random.pick(Object.keys(root)))}:${random.pick(RAW)}`);
    return `{${members.join(",")}}`;
  },
  "in an array": (_, root) => JSON.stringify([root]),
  "as a text": (_, root) => JSON.stringify(JSON.stringify(root)),
  "twice": (_, root) => JSON.stringify(root).repeat(2),
  "with space": (_, root) => ` \r\n${JSON.stringify(root, null, "\t")}\n\n`,
};

/** Spoils what was written. */
type Breaker = (random: Random, bytes: Uint8Array) => Uint8Array;

const BREAKERS: Readonly<Record<string, Breaker>> = {
  whole: (_, bytes) => bytes,
  flipped: (random, bytes) => {
    const flipped = bytes.slice();
    for (let n = random.between(1, 8); n > 0; n--) {
      const at = random.between(0, bytes.length - 1);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random.between(0, 7));
    }
    return flipped;
  },
  truncated: (random, bytes) => bytes.slice(0, random.between(0, bytes.length)),
  beheaded: (random, bytes) => bytes.slice(random.between(0, bytes.length)),
  spliced: (random, bytes) => {
    const at = random.between(0, bytes.length);
    return join(bytes.subarray(0, at), noise(random), bytes.subarray(at));
  },
  "after a byte order mark": (_, bytes) => join(Uint8Array.of(0xef, 0xbb, 0xbf), bytes),
  "as UTF-16": (random, bytes) => {
    const isLittle = random.chance(0.5);
    const wide = new Uint8Array(2 + bytes.length * 2);
    wide.set(isLittle ? [0xff, 0xfe] : [0xfe, 0xff]);
    for (const [n, byte] of bytes.entries()) wide[2 + n * 2 + (isLittle ? 0 : 1)] = byte;
    return wide;
  },
  "with bytes that are no UTF-8": (random, bytes) => {
    const wrong = random.pick([[0xc0, 0x80], [0xed, 0xa0, 0x80], [0xff], [0xf5, 0x80, 0x80, 0x80]]);
    const at = random.between(0, bytes.length);
    return join(bytes.subarray(0, at), Uint8Array.from(wrong), bytes.subarray(at));
  },
  noise: (random) => noise(random),
  empty: () => new Uint8Array(),
};

function noise(random: Random): Uint8Array {
  const bytes = new Uint8Array(random.between(0, LONGEST_NOISE));
  return bytes.map(() => random.between(0, 255));
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const PROPERTIES: readonly Options.Publish[] = [
  { contentType: "application/json", persistent: true },
  {},
  { contentEncoding: "gzip" },
  { contentEncoding: "utf-16", contentType: "text/plain; charset=utf-16" },
  { contentType: "\u0000\r\n", type: "x".repeat(255), appId: "\x1b[31m" },
  { messageId: "", correlationId: "å".repeat(100), replyTo: "nobody", priority: 255 },
  { timestamp: 0 },
  { timestamp: Number.MAX_SAFE_INTEGER },
  { userId: "guest", expiration: "86400000" },
  {
    headers: {
      constructor: 1,
      "": null,
      deep: Array(50).fill(0).reduce<unknown>((inner) => ({ inner }), "core"),
      list: [1, "two", { three: 3 }, [4.5], true],
      "x-death": [{ count: 1e15, queue: "other" }],
    },
  },
  { headers: JSON.parse('{"__proto__":{"polluted":true}}') },
  { headers: { long: "x".repeat(60_000) } },
];

/** A message that makes little sense or none, about one of the subjects. */
export function mutant(random: Random, subjects: readonly Subject[]): Draft {
  const spoil = random.pick(Object.values(SPOILERS));
  // Half of them whole: what breaks at the first byte never meets the checks behind.
  const breakUp = random.chance(0.5) ? whole : random.pick(Object.values(BREAKERS));
  const text = spoil(random, soundMessage(random, random.pick(subjects)));
  return {
    key: `rule.${random.pick(KINDS).toLowerCase()}`,
    content: breakUp(random, new TextEncoder().encode(text)),
    options: random.pick(PROPERTIES),
  };
}

function whole(_: Random, bytes: Uint8Array): Uint8Array {
  return bytes;
}
