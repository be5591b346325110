import { assert, assertEquals } from "@std/assert";
import { type Platform, startPlatform } from "../../../src/dev/platform/platform.ts";
import { ask, member } from "./ask.ts";

async function get(platform: Platform, path: string): Promise<string> {
  return (await ask(platform, `GET ${path}`, { token: await platform.sensorToken() })).text;
}

function refs(text: string): unknown[] {
  const items = member(text, "items");
  return Array.isArray(items) ? items.map((item: { ref: string }) => item.ref) : [];
}

Deno.test("A hundred thousand rules are listed page by page", async () => {
  await using platform = await startPlatform({ older: true });
  const count = 100_000;
  for (let index = 0; index < count; index++) {
    // In an order of making that is far from that of the refs.
    const ref = `tests.r${String((index * 61_803) % count).padStart(5, "0")}`;
    platform.rules.silently.create({ ref, trigger_ref: "core.timer" });
  }
  const path = "/api/v1/triggers/core.timer/rules?page_size=100&page=";
  const last = await get(platform, `${path}1000`);
  assertEquals(member(last, "pagination.total_items"), count);
  assertEquals(refs(last).at(-1), "tests.r99999");
  platform.rules.silently.delete("tests.r00000");
  assertEquals(refs(await get(platform, `${path}1`))[0], "tests.r00001");
  assert(platform.rules.silently.byId(count) !== undefined);
});
