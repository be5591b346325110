import { assert, assertEquals, assertLess } from "@std/assert";
import * as z from "zod";
import { ROOT, stdFlags } from "../support/std_flags.ts";

const WRITER = "tests/integration/log_writer.ts";
/** 4 MB: far more than a pipe (64 KiB) and the log's own buffer (1 MiB) hold. */
const MANY_LINES = 4000;

const Fared = z.object({ writes: z.int(), enabled: z.boolean() });
const Closed = z.object({ closed: z.literal(true) });
const Line = z.object({ message: z.string(), dropped: z.int().optional() });

/** Starts log_writer.ts. `facts` are the lines of its standard error. */
async function startWriter(lines: number, ending: "exit" | "return" | "wait") {
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "--no-check",
      ...await stdFlags(),
      "--no-prompt",
      WRITER,
      `${lines}`,
      ending,
    ],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return { process, facts: linesOf(process.stderr) };
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

async function nextFact<T>(facts: AsyncGenerator<string>, schema: z.ZodType<T>): Promise<T> {
  const { value } = await facts.next();
  return schema.parse(JSON.parse(value));
}

Deno.test("a reader that goes away does not end the process, nor keep it busy", async () => {
  const { process, facts } = await startWriter(MANY_LINES, "return");
  await process.stdin.close();
  for await (const line of linesOf(process.stdout)) {
    assertEquals(JSON.parse(line).message, "line 0");
    break;
  }
  const { writes, enabled } = await nextFact(facts, Fared);
  assertEquals(enabled, false);
  // A few before the reader has gone, one that fails, and none for the lines after that.
  assertLess(writes, 100);
  await nextFact(facts, Closed);
  assertEquals((await facts.next()).done, true);
  assertEquals((await process.status).code, 0);
});

Deno.test("a reader that pauses stops nothing, and is told what it missed", async () => {
  const { process, facts } = await startWriter(MANY_LINES, "wait");
  // Nobody has read a byte, and the writer got through all the same.
  await nextFact(facts, Fared);
  const read: z.infer<typeof Line>[] = [];
  for await (const text of linesOf(process.stdout)) {
    const line = Line.parse(JSON.parse(text));
    read.push(line);
    // It flows again: now the writer may log its last line.
    if (line.dropped !== undefined) await process.stdin.close();
  }
  const messages = read.map(({ message }) => message);
  const gap = read.findIndex(({ dropped }) => dropped !== undefined);
  assert(gap > 1000, `only ${gap} lines were kept`);
  assertEquals(messages.slice(0, gap), Array.from({ length: gap }, (_, n) => `line ${n}`));
  assertEquals(gap + (read[gap]?.dropped ?? 0), MANY_LINES);
  assertEquals(messages.slice(gap + 1), ["last"]);
  await nextFact(facts, Closed);
  assertEquals((await facts.next()).done, true);
  assertEquals((await process.status).code, 0);
});

Deno.test("a process can end while its reader is stuck", async () => {
  const { process, facts } = await startWriter(MANY_LINES, "exit");
  await process.stdin.close();
  await nextFact(facts, Fared);
  // Nobody has read a byte yet: it closes by its own limit.
  await nextFact(facts, Closed);
  assertEquals((await facts.next()).done, true);
  assertEquals((await process.status).code, 7);
  await process.stdout.cancel();
});
