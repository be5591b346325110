import { assert, assertEquals } from "@std/assert";
import { Live } from "../../src/admin/live.ts";
import { router } from "../../src/admin/router.ts";
import { FakeClock } from "../support/fake_clock.ts";

interface Rig extends Disposable {
  readonly clock: FakeClock;
  readonly live: Live;
  readonly failures: string[];
  /** How many snapshots were made. */
  readonly made: () => number;
  /** Makes the next snapshot fail. */
  readonly spoil: () => void;
}

function rig(): Rig {
  const clock = new FakeClock();
  const failures: string[] = [];
  let made = 0;
  let isSpoilt = false;
  const live = new Live({
    clock,
    snapshot: () => {
      if (isSpoilt) throw new Error("spoilt");
      return { made: ++made };
    },
    failed: (error) => void failures.push(String(error)),
  });
  return {
    clock,
    live,
    failures,
    made: () => made,
    spoil: () => isSpoilt = true,
    [Symbol.dispose]: () => live[Symbol.dispose](),
  };
}

function reader(response: Response): ReadableStreamDefaultReader<string> {
  assert(response.body !== null);
  return response.body.pipeThrough(new TextDecoderStream()).getReader();
}

Deno.test("Whoever listens is told at once, and then each second", async () => {
  using it = rig();
  const response = it.live.answer();
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  const told = reader(response);
  assertEquals((await told.read()).value, "retry: 2000\n\n");
  assertEquals((await told.read()).value, 'data: {"made":1}\n\n');
  await it.clock.advance(1000);
  assertEquals((await told.read()).value, 'data: {"made":2}\n\n');
  await it.clock.advance(1000);
  assertEquals((await told.read()).value, 'data: {"made":3}\n\n');
});

Deno.test("One snapshot serves all, and none is made for nobody", async () => {
  using it = rig();
  await it.clock.advance(5000);
  assertEquals([it.made(), it.clock.pending], [0, 0]);
  const all = [it.live.answer(), it.live.answer(), it.live.answer()].map(reader);
  for (const one of all) await one.read().then(() => one.read());
  const before = it.made();
  await it.clock.advance(1000);
  assertEquals(it.made(), before + 1);
  for (const one of all) assertEquals((await one.read()).value, `data: {"made":${before + 1}}\n\n`);
  for (const one of all) await one.cancel();
  assertEquals(it.clock.pending, 0);
});

Deno.test("Sixteen may listen, and the next one when one of them leaves", async () => {
  using it = rig();
  const all = Array.from({ length: 16 }, () => it.live.answer());
  const refused = it.live.answer();
  assertEquals([refused.status, refused.headers.get("retry-after")], [503, "5"]);
  await refused.body?.cancel();
  await all[0]?.body?.cancel();
  assertEquals(it.live.answer().status, 200);
});

Deno.test("A client that does not read is dropped after ten seconds, and nothing is kept for it", async () => {
  using it = rig();
  const { body } = it.live.answer();
  await it.clock.advance(9000);
  assertEquals(it.clock.pending, 1);
  await it.clock.advance(1000);
  assertEquals(it.clock.pending, 0);
  const fault = await body?.getReader().read().catch((error) => String(error));
  assertEquals(fault, "Error: The client does not read");
});

Deno.test("A client that reads late goes on with how things are then", async () => {
  using it = rig();
  const { body } = it.live.answer();
  await it.clock.advance(8000);
  const stream = body?.getReader();
  const texts: string[] = [];
  for (const _ of [1, 2]) texts.push(new TextDecoder().decode((await stream?.read())?.value));
  await it.clock.advance(1000);
  texts.push(new TextDecoder().decode((await stream?.read())?.value));
  assertEquals(texts.slice(1), ['data: {"made":1}\n\n', 'data: {"made":10}\n\n']);
});

Deno.test("Streams end with it", async () => {
  const it = rig();
  const told = reader(it.live.answer());
  await told.read();
  await told.read();
  it.live[Symbol.dispose]();
  assertEquals((await told.read()).done, true);
  assertEquals(it.clock.pending, 0);
});

Deno.test("A snapshot that fails ends the streams and is told, and no more than that", async () => {
  using it = rig();
  const told = reader(it.live.answer());
  await told.read();
  await told.read();
  it.spoil();
  await it.clock.advance(3000);
  assertEquals((await told.read()).done, true);
  assertEquals(it.failures, ["Error: spoilt"]);
});

Deno.test("HEAD takes no place among those who listen", async () => {
  using it = rig();
  const answer = router({ "/live": () => it.live.answer() }, () => {});
  for (let n = 0; n < 20; n++) {
    const response = await answer(new Request("http://localhost/live", { method: "HEAD" }));
    assertEquals([response.status, await response.text()], [200, ""]);
  }
  assertEquals(it.clock.pending, 0);
});
