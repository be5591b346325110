import { assertEquals, assertRejects } from "@std/assert";
import { Rechecks } from "../../src/sync/rechecks.ts";
import { settle } from "../support/fake_clock.ts";

function setUp() {
  const begun: string[] = [];
  const open = new Map<string, PromiseWithResolvers<void>>();
  const rechecks = new Rechecks((ref) => {
    begun.push(ref);
    const read = Promise.withResolvers<void>();
    open.set(ref, read);
    return read.promise;
  });
  async function finish(ref: string, error?: Error) {
    const read = open.get(ref);
    if (error === undefined) read?.resolve();
    else read?.reject(error);
    await settle();
  }
  return { begun, rechecks, finish };
}

Deno.test("Rechecks makes one read of all requests for a ref that wait", async () => {
  const { begun, rechecks, finish } = setUp();
  const first = rechecks.request("a");
  const burst = Array.from({ length: 100 }, () => rechecks.request("a"));
  await finish("a");
  await first;
  assertEquals(begun, ["a", "a"]);
  await finish("a");
  await Promise.all(burst);
  assertEquals(begun, ["a", "a"]);
});

Deno.test("Rechecks reads eight refs at a time", async () => {
  const { begun, rechecks, finish } = setUp();
  const refs = Array.from({ length: 12 }, (_, n) => `r${n}`);
  const all = Promise.all(refs.map((ref) => rechecks.request(ref)));
  assertEquals([begun.length, rechecks.waiting], [8, 4]);
  await finish("r3");
  assertEquals(begun.length, 9);
  for (const ref of refs) await finish(ref);
  await all;
  assertEquals(begun, refs);
});

Deno.test("Rechecks tells a failed read to those who asked for it, and to no one else", async () => {
  const { rechecks, finish } = setUp();
  const [first, second] = [rechecks.request("a"), rechecks.request("b")];
  const failed = assertRejects(() => first, Error, "gone");
  await finish("a", new Error("gone"));
  await finish("b");
  await Promise.all([failed, second]);
});

Deno.test("Rechecks begins no read during a pause, and all that fit at once after the last one", async () => {
  const { begun, rechecks, finish } = setUp();
  const [first, second] = [rechecks.pause(), rechecks.pause()];
  const asked = [rechecks.request("a"), rechecks.request("b")];
  first[Symbol.dispose]();
  assertEquals([begun, rechecks.waiting], [[], 2]);
  second[Symbol.dispose]();
  assertEquals([begun, rechecks.waiting], [["a", "b"], 0]);
  for (const ref of ["a", "b"]) await finish(ref);
  await Promise.all(asked);
});

Deno.test("Rechecks hands over what waits, and reads none of it", async () => {
  const { begun, rechecks, finish } = setUp();
  const refs = Array.from({ length: 10 }, (_, n) => `r${n}`);
  const all = refs.map((ref) => rechecks.request(ref));
  const instead = Promise.withResolvers<void>();
  rechecks.settleWith(instead.promise);
  instead.resolve();
  await Promise.all(all.slice(8));
  for (const ref of refs.slice(0, 8)) await finish(ref);
  await Promise.all(all);
  assertEquals([begun.length, rechecks.waiting], [8, 0]);
});
