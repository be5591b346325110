import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { sleep } from "../../src/ground/clock.ts";
import { type Link, type SessionContext, Supervisor } from "../../src/broker/supervisor.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";

class FakeLink implements Link {
  readonly #end = new AbortController();
  readonly ended: AbortSignal = this.#end.signal;
  isClosed = false;

  end(reason: string): void {
    this.#end.abort(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve();
    this.isClosed = true;
  }
}

type Context = SessionContext<FakeLink>;

/** A supervisor whose pauses are 1, 2, 3 ... seconds; `lines` tells what happened and when. */
function setUp(
  parts: {
    dial?: (signal: AbortSignal, clock: FakeClock) => Promise<FakeLink>;
    session?: (context: Context) => Promise<void>;
  } = {},
) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const lines: string[] = [];
  const contexts: Context[] = [];
  const tell = (line: string) => void lines.push(`${clock.monotonic() / 1000}: ${line}`);
  const supervisor = Supervisor.start<FakeLink>({
    clock,
    backoff: (attempt) => attempt * 1000,
    signal: stop.signal,
    dial(signal) {
      tell("dial");
      return parts.dial?.(signal, clock) ?? Promise.resolve(new FakeLink());
    },
    session(context) {
      contexts.push(context);
      return parts.session?.(context) ?? Promise.resolve();
    },
    down: (reason, retryMs) => tell(`down ${reason}, again in ${retryMs / 1000}`),
  });
  const current = () => {
    const context = contexts.at(-1);
    assert(context !== undefined, "no session began");
    return context;
  };
  return { clock, stop, lines, contexts, supervisor, current };
}

/** Waits for ever, until the signal. */
function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

Deno.test("Supervisor dials again for ever, after pauses that grow", async () => {
  const { clock, lines, supervisor } = setUp({ dial: () => Promise.reject("refused") });
  await clock.advance(6000);
  assertEquals(lines, [
    "0: dial",
    "0: down refused, again in 1",
    "1: dial",
    "1: down refused, again in 2",
    "3: dial",
    "3: down refused, again in 3",
    "6: dial",
    "6: down refused, again in 4",
  ]);
  assertFalse(supervisor.isUp);
  await supervisor[Symbol.asyncDispose]();
  assertEquals(clock.pending, 0);
});

Deno.test("Supervisor is ready and up when the first session has begun", async () => {
  const begun = Promise.withResolvers<void>();
  const { supervisor } = setUp({ session: () => begun.promise });
  await settle();
  assertFalse(supervisor.isUp);
  begun.resolve();
  await supervisor.ready;
  assert(supervisor.isUp);
  await supervisor[Symbol.asyncDispose]();
  assertFalse(supervisor.isUp);
});

Deno.test("A connection that ends is closed and replaced", async () => {
  const { clock, lines, supervisor, contexts, current } = setUp();
  await supervisor.ready;
  const { link, signal } = current();
  link.end("reset");
  assert(signal.aborted);
  await settle();
  assertFalse(supervisor.isUp);
  assert(link.isClosed);
  await clock.advance(1000);
  assert(supervisor.isUp);
  assertEquals(contexts.length, 2);
  assertEquals(lines, ["0: dial", "0: down reset, again in 1", "1: dial"]);
  await supervisor[Symbol.asyncDispose]();
});

Deno.test("The pauses begin anew after a connection that was up for ten seconds, and not before", async () => {
  const { clock, lines, supervisor, current } = setUp();
  await supervisor.ready;
  current().link.end("first");
  await clock.advance(1000 + 9999);
  current().link.end("second");
  await clock.advance(2000 + 10_000);
  current().link.end("third");
  await settle();
  assertEquals(lines.filter((line) => line.includes("down")), [
    "0: down first, again in 1",
    "10.999: down second, again in 2",
    "22.999: down third, again in 1",
  ]);
  await supervisor[Symbol.asyncDispose]();
});

Deno.test("Time spent on dialling does not count as being up", async () => {
  const { clock, lines, supervisor } = setUp({
    dial: (signal, clock) => sleep(clock, 20_000, signal).then(() => Promise.reject("no answer")),
  });
  await clock.advance(41_000);
  assertEquals(lines.filter((line) => line.includes("down")), [
    "20: down no answer, again in 1",
    "41: down no answer, again in 2",
  ]);
  await supervisor[Symbol.asyncDispose]();
});

Deno.test("A session that cannot begin closes its connection, and the pauses grow", async () => {
  const { clock, lines, supervisor, contexts } = setUp({
    session: () => Promise.reject("no queue"),
  });
  await clock.advance(1000);
  assertEquals(lines, [
    "0: dial",
    "0: down no queue, again in 1",
    "1: dial",
    "1: down no queue, again in 2",
  ]);
  assert(contexts.every(({ link, signal }) => link.isClosed && signal.aborted));
  await supervisor[Symbol.asyncDispose]();
});

Deno.test("The first reason that ends a session is the one told", async () => {
  const { supervisor, lines, current } = setUp();
  await supervisor.ready;
  current().fail("channel closed");
  current().fail("too late");
  current().link.end("connection closed");
  await settle();
  assertEquals(lines.at(-1), "0: down channel closed, again in 1");
  await supervisor[Symbol.asyncDispose]();
});

Deno.test("A connection that breaks while its session begins is told, not the session's own trouble", async () => {
  const { supervisor, lines, current } = setUp({
    session: async ({ signal }) => {
      await hang(signal).catch(() => Promise.reject("no reply will come"));
    },
  });
  await settle();
  current().link.end("reset");
  await settle();
  assertEquals(lines.at(-1), "0: down reset, again in 1");
  await supervisor[Symbol.asyncDispose]();
});

Deno.test("A session that never comes to begin is left when its connection ends", async () => {
  const { supervisor, lines, current } = setUp({ session: () => new Promise(() => {}) });
  await settle();
  current().link.end("reset");
  await settle();
  assert(current().link.isClosed);
  assertEquals(lines.at(-1), "0: down reset, again in 1");
  await supervisor[Symbol.asyncDispose]();
});

const PHASES: Readonly<Record<string, () => ReturnType<typeof setUp>>> = {
  "while it dials": () => setUp({ dial: hang }),
  "while it pauses": () => setUp({ dial: () => Promise.reject("refused") }),
  "while a session begins": () => setUp({ session: ({ signal }) => hang(signal) }),
  "while a session that heeds nothing begins": () =>
    setUp({ session: () => new Promise(() => {}) }),
  "while it is up": () => setUp(),
};

for (const [phase, begin] of Object.entries(PHASES)) {
  for (const way of ["disposed of", "aborted"]) {
    Deno.test(`Supervisor closes everything when it is ${way} ${phase}`, async () => {
      const { clock, stop, lines, contexts, supervisor } = begin();
      await settle();
      const before = lines.length;
      const wasUp = supervisor.isUp;
      if (way === "aborted") {
        stop.abort(new Error("Received SIGTERM"));
        await settle();
      } else await supervisor[Symbol.asyncDispose]();
      await clock.advance(60_000);
      assertEquals(lines.length, before);
      assertEquals(clock.pending, 0);
      assert(contexts.every(({ link, signal }) => link.isClosed && signal.aborted));
      assertFalse(supervisor.isUp);
      if (!wasUp) {
        const expected = way === "aborted" ? "Received SIGTERM" : "The connection was closed";
        await assertRejects(() => supervisor.ready, Error, expected);
      }
      await supervisor[Symbol.asyncDispose]();
    });
  }
}

Deno.test("A supervisor whose signal is aborted already never dials", async () => {
  const lines: string[] = [];
  const supervisor = Supervisor.start<FakeLink>({
    clock: new FakeClock(),
    backoff: () => 0,
    signal: AbortSignal.abort(new Error("Received SIGINT")),
    dial: () => Promise.reject(lines.push("dial")),
    session: () => Promise.resolve(),
    down: () => lines.push("down"),
  });
  await assertRejects(() => supervisor.ready, Error, "Received SIGINT");
  assertEquals(lines, []);
});
