import { assert, assertEquals } from "@std/assert";
import { type Log, type LogOptions, openLog } from "../../src/log/log.ts";
import { jsonLine, type LogLevel, prettyLine } from "../../src/log/line.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";

const AT = Date.UTC(2025, 0, 27, 12, 34, 56, 789);
const LEVELS: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error"];
const MIB = 1024 * 1024;

/** What a write comes to: so many bytes, all, a failure, or nothing until the promise is resolved. */
type Outcome = number | "all" | Error | Promise<number>;

/** Somewhere to write to that does what a test says. */
class FakeOutput {
  writes = 0;
  outcome: Outcome = "all";
  readonly #isTerminal: boolean;
  readonly #written: Uint8Array<ArrayBuffer>[] = [];

  constructor(isTerminal = false) {
    this.#isTerminal = isTerminal;
  }

  get text(): string {
    const bytes = this.#written.flatMap((piece) => [...piece]);
    return new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(bytes));
  }

  get lines(): string[] {
    return this.text.split("\n").slice(0, -1);
  }

  get messages(): unknown[] {
    return this.lines.map((line) => JSON.parse(line).message);
  }

  isTerminal(): boolean {
    return this.#isTerminal;
  }

  async write(bytes: Uint8Array): Promise<number> {
    this.writes++;
    const outcome = this.outcome;
    if (outcome instanceof Error) throw outcome;
    const count = outcome === "all" ? bytes.length : await outcome;
    this.#written.push(Uint8Array.from(bytes.subarray(0, count)));
    return count;
  }
}

function open(output: FakeOutput, options: Partial<LogOptions> = {}) {
  const clock = new FakeClock(AT);
  const log = openLog({
    level: "info",
    format: "json",
    sensor: "core.timer",
    clock,
    output,
    ...options,
  });
  return { log, clock };
}

function writeAll(log: Log, message: string): void {
  for (const level of LEVELS) log[level](message);
}

Deno.test("a line is one JSON object with timestamp, level, message and sensor first", async () => {
  const output = new FakeOutput();
  const { log } = open(output);
  log.info("Timer fired for rule 123, created event 456", { "rule_id": 123, "event_id": 456 });
  await log[Symbol.asyncDispose]();
  assertEquals(
    output.text,
    '{"timestamp":"2025-01-27T12:34:56.789Z","level":"info",' +
      '"message":"Timer fired for rule 123, created event 456","sensor":"core.timer",' +
      '"rule_id":123,"event_id":456}\n',
  );
});

for (const [rank, level] of LEVELS.entries()) {
  Deno.test(`at level ${level} exactly the lines of that level and above are written`, async () => {
    const output = new FakeOutput();
    const { log } = open(output, { level });
    writeAll(log, "x");
    assertEquals(LEVELS.filter((it) => log.enabled(it)), LEVELS.slice(rank));
    await log[Symbol.asyncDispose]();
    assertEquals(output.lines.map((line) => JSON.parse(line).level), LEVELS.slice(rank));
  });
}

Deno.test("the fields of a line that is not written are not looked at", async () => {
  const output = new FakeOutput();
  const { log } = open(output);
  const fields = {
    get costly(): never {
      throw new Error("looked at");
    },
  };
  log.trace("x", fields);
  log.debug("x", fields);
  await log[Symbol.asyncDispose]();
  assertEquals(output.text, "");
});

const circular: Record<string, unknown> = { name: "loop" };
circular["self"] = { inner: circular };
const twice = { n: 1 };
const FIELDS: [name: string, value: unknown, text: string | undefined][] = [
  ["text", 'a"b\n\u2028', String.raw`"a\"b\n` + '\u2028"'],
  ["number", 1.5, "1.5"],
  ["nan", NaN, "null"],
  ["bigint", 123n, '"123"'],
  ["null", null, "null"],
  ["undefined", undefined, undefined],
  ["function", () => 1, undefined],
  ["date", new Date(AT), '"2025-01-27T12:34:56.789Z"'],
  ["invalid_date", new Date(NaN), "null"],
  ["nested", { list: [1n, { deep: undefined }] }, '{"list":["1",{}]}'],
  ["circular", circular, '{"name":"loop","self":{"inner":"circular"}}'],
  ["twice", [twice, twice], '[{"n":1},{"n":1}]'],
  [
    "error",
    new Error("it broke", { cause: new TypeError("no way") }),
    '"it broke; caused by TypeError: no way"',
  ],
  ["error_within", { error: new Error("it broke") }, '{"error":"it broke"}'],
  ["thrown_text", "it broke", '"it broke"'],
  [
    "thrown_many",
    new AggregateError([new Error("a"), "b"], "many"),
    '"AggregateError: many (a, b)"',
  ],
  ["no_json", {
    toJSON: () => {
      throw new Error("no");
    },
  }, '"not printable: no"'],
  ["api_token", "abc", '"***"'],
  ["Authorization", ["Bearer abc"], '"***"'],
  ["password", 5, '"***"'],
  [
    "config",
    { mqPassword: "abc", headers: { cookie: "abc" }, apiKey: "abc" },
    '{"mqPassword":"***","headers":{"cookie":"***"},"apiKey":"***"}',
  ],
  ["token_expires_at", "2025", '"2025"'],
  ["level", "overwritten", undefined],
  ["message", "overwritten", undefined],
];

for (const [key, value, text] of FIELDS) {
  Deno.test(`a field '${key}' stands in the line as ${text}`, () => {
    const line = jsonLine({
      at: AT,
      level: "info",
      message: "m",
      sensor: "s",
      fields: { [key]: value, last: 1 },
    });
    const head =
      '{"timestamp":"2025-01-27T12:34:56.789Z","level":"info","message":"m","sensor":"s"';
    const field = text === undefined ? "" : `,"${key}":${text}`;
    assertEquals(line, `${head}${field},"last":1}\n`);
    JSON.parse(line);
  });
}

Deno.test("an error that leads back to itself is told once", () => {
  const error = new Error("a");
  error.cause = new Error("b", { cause: error });
  const entry = { at: AT, level: "error", message: "m", sensor: "s", fields: { error } } as const;
  assertEquals(JSON.parse(jsonLine(entry)).error, "a; caused by b");
});

Deno.test("a line for people has time, level, message and fields, without surprises", () => {
  const entry = {
    at: AT,
    level: "warn",
    message: "Rule \u001b[31mred\nnext",
    sensor: "core.timer",
    fields: {
      "rule_ref": "a.b",
      text: "two words",
      n: 1,
      api_token: "abc",
      list: ["x"],
      "k\u001b": 1,
    },
  } as const;
  assertEquals(
    prettyLine(entry, false),
    String.raw`2025-01-27T12:34:56.789Z WARN  Rule \u001b[31mred\u000anext rule_ref=a.b ` +
      String.raw`text="two words" n=1 api_token="***" list=["x"] k\u001b=1` + "\n",
  );
  assertEquals(
    prettyLine({ ...entry, message: "m", fields: { n: 1 } }, true),
    "\x1b[2m2025-01-27T12:34:56.789Z\x1b[0m \x1b[33mWARN \x1b[0m m \x1b[2mn=\x1b[0m1\n",
  );
});

Deno.test("without a wish for a format a terminal gets lines for people, anything else JSON", async () => {
  for (const isTerminal of [false, true]) {
    const output = new FakeOutput(isTerminal);
    const { log } = open(output, { format: null });
    log.info("m");
    await log[Symbol.asyncDispose]();
    assertEquals(output.text.startsWith("{"), !isTerminal);
  }
});

Deno.test("a terminal gets JSON where that was asked for, and a pipe lines without colours", async () => {
  const terminal = new FakeOutput(true);
  const pipe = new FakeOutput(false);
  for (const [output, format] of [[terminal, "json"], [pipe, "pretty"]] as const) {
    const { log } = open(output, { format });
    log.info("m");
    await log[Symbol.asyncDispose]();
  }
  assert(terminal.text.startsWith("{"));
  assertEquals(pipe.text, "2025-01-27T12:34:56.789Z INFO  m\n");
});

for (const outcome of ["all", 7] as const) {
  Deno.test(`lines are written in order, many at a time, when a write takes ${outcome}`, async () => {
    const output = new FakeOutput();
    output.outcome = outcome;
    const { log } = open(output);
    const expected = Array.from({ length: 50 }, (_, n) => `line ${n} ä\u{1f600}`);
    for (const message of expected) log.info(message);
    await log[Symbol.asyncDispose]();
    assertEquals(output.messages, expected);
    const bytes = new TextEncoder().encode(output.text).length;
    assertEquals(output.writes, outcome === "all" ? 1 : Math.ceil(bytes / outcome));
  });
}

Deno.test("while nobody reads the newest lines are dropped, and later one line tells how many", async () => {
  const output = new FakeOutput();
  const { log, clock } = open(output);
  const stuck = Promise.withResolvers<number>();
  output.outcome = stuck.promise;
  const padding = "x".repeat(1000);
  for (let n = 0; n < 2000; n++) log.info(`line ${n}`, { padding });
  await settle();
  assertEquals(output.writes, 1);
  output.outcome = "all";
  stuck.resolve(0);
  await clock.advance(200);
  log.info("after");
  await log[Symbol.asyncDispose]();

  const kept = output.messages.indexOf("Log lines were dropped: nobody read them");
  const expected = Array.from({ length: kept }, (_, n) => `line ${n}`);
  assertEquals(output.messages.slice(0, kept), expected);
  const notice = JSON.parse(output.lines[kept] ?? "");
  assertEquals([notice.level, notice.dropped], ["warn", 2000 - kept]);
  assertEquals(output.messages.slice(kept + 1), ["after"]);
  const bytes = output.lines.slice(0, kept).join("\n").length + 1;
  assert(bytes <= MIB && bytes > MIB - 1200, `${bytes} bytes were kept`);
});

Deno.test("after a line that does not fit none is taken until all before it are written", async () => {
  const output = new FakeOutput();
  const { log, clock } = open(output);
  output.outcome = new Deno.errors.WouldBlock("x");
  log.info("a", { padding: "x".repeat(MIB - 1000) });
  log.info("b", { padding: "x".repeat(1000) });
  log.info("c");
  await settle();
  output.outcome = "all";
  await clock.advance(200);
  log.info("d");
  await log[Symbol.asyncDispose]();
  const notice = "Log lines were dropped: nobody read them";
  assertEquals(output.messages, ["a", notice, "d"]);
  assertEquals(JSON.parse(output.lines[1] ?? "").dropped, 2);
});

Deno.test("a line that is too long for the buffer is told as dropped", async () => {
  const output = new FakeOutput();
  const { log, clock } = open(output);
  log.info("x".repeat(MIB));
  await clock.advance(50);
  log.info("next");
  await log[Symbol.asyncDispose]();
  assertEquals(output.messages, ["Log lines were dropped: nobody read them", "next"]);
});

for (const error of [new Deno.errors.BrokenPipe("x"), new Deno.errors.BadResource("x")]) {
  Deno.test(`after a ${error.constructor.name} everything is dropped without a further try`, async () => {
    const output = new FakeOutput();
    output.outcome = error;
    const { log, clock } = open(output);
    log.info("first");
    await clock.advance(50);
    output.outcome = "all";
    for (let n = 0; n < 1000; n++) log.error("more");
    await clock.advance(60_000);
    assertEquals(log.enabled("error"), false);
    await log[Symbol.asyncDispose]();
    assertEquals([output.writes, output.text, clock.pending], [1, "", 0]);
  });
}

Deno.test("after another failure the same bytes are tried again, five times a second", async () => {
  const output = new FakeOutput();
  output.outcome = new Deno.errors.WouldBlock("x");
  const { log, clock } = open(output);
  log.warn("first");
  await clock.advance(1000);
  assertEquals(output.writes, 6);
  output.outcome = "all";
  await clock.advance(200);
  assertEquals(output.messages, ["first"]);
  await log[Symbol.asyncDispose]();
  assertEquals(clock.pending, 0);
});

Deno.test("lines are written together, 50 ms after the first at most, and at once with a warning", async () => {
  const output = new FakeOutput();
  const { log, clock } = open(output);
  log.info("a");
  await clock.advance(49);
  log.info("b");
  assertEquals(output.writes, 0);
  await clock.advance(1);
  assertEquals([output.writes, output.messages], [1, ["a", "b"]]);
  log.info("c");
  log.warn("d");
  await settle();
  assertEquals([output.writes, output.messages], [2, ["a", "b", "c", "d"]]);
  log.info("x".repeat(64 * 1024));
  await settle();
  assertEquals(output.writes, 3);
  await log[Symbol.asyncDispose]();
  assertEquals(clock.pending, 0);
});

Deno.test("closing waits for a stuck reader half a second and no longer", async () => {
  const output = new FakeOutput();
  output.outcome = Promise.withResolvers<number>().promise;
  const { log, clock } = open(output);
  log.info("never read");
  let isClosed = false;
  const closing = log[Symbol.asyncDispose]().then(() => isClosed = true);
  await clock.advance(499);
  assertEquals(isClosed, false);
  await clock.advance(1);
  await closing;
  assertEquals(clock.pending, 0);
});

Deno.test("closing ends the wait for another try", async () => {
  const output = new FakeOutput();
  output.outcome = new Error("No space left on device");
  const { log, clock } = open(output);
  log.info("never written");
  const closing = log[Symbol.asyncDispose]();
  await clock.advance(500);
  await closing;
  await settle();
  const { writes } = output;
  await clock.advance(10_000);
  assertEquals([output.writes, clock.pending], [writes, 0]);
});

Deno.test("a closed log takes lines without writing them, and closes again", async () => {
  const output = new FakeOutput();
  const { log } = open(output);
  await log[Symbol.asyncDispose]();
  writeAll(log, "late");
  await log[Symbol.asyncDispose]();
  assertEquals([output.writes, log.enabled("error")], [0, false]);
});

Deno.test("what repeats itself is written at once, and then once a minute with its count", async () => {
  const output = new FakeOutput();
  const { log, clock } = open(output);
  for (let n = 1; n <= 3; n++) log.repeated("warn", "no answer", `No answer of ${n}`, { n });
  log.repeated("error", "no answer", "Gave up");
  await clock.advance(60_000);
  log.repeated("warn", "no answer", "No answer of 4");
  await log[Symbol.asyncDispose]();
  assertEquals(output.messages, [
    "No answer of 1",
    "Gave up",
    "No answer of 3 (2 times more within a minute)",
    "No answer of 4 (once more within a minute)",
  ]);
  const { level, n, repeats } = JSON.parse(output.lines[2] ?? "");
  assertEquals({ level, n, repeats }, { level: "warn", n: 3, repeats: 2 });
});
