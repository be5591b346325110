import { assertEquals, assertRejects } from "@std/assert";
import { startPlatform } from "../../../src/dev/platform/platform.ts";
import { ask } from "./ask.ts";

Deno.test("A mistake of the stand-in's is answered with 500 and told", async () => {
  const warnings: string[] = [];
  await using platform = await startPlatform({
    older: true,
    warn: (message) => void warnings.push(message),
  });
  using _ = platform.events.subscribe(() => {
    throw new Error("listener broke");
  });
  const token = await platform.sensorToken();
  const body = JSON.parse('{"trigger_ref": "core.timer"}');
  const reply = await ask(platform, "POST /api/v1/events", { token, body });
  assertEquals(reply.status, 500);
  assertEquals(warnings, ["Cannot answer POST /api/v1/events: Error: listener broke"]);
});

Deno.test("HEAD is answered as GET, without the body", async () => {
  await using platform = await startPlatform({ older: true });
  const reply = await ask(platform, "HEAD /health");
  assertEquals([reply.status, reply.type, reply.text], [200, "application/json", ""]);
});

Deno.test("A platform listens on the port it is told, and not twice", async () => {
  await using platform = await startPlatform({ older: true });
  const port = Number(new URL(platform.url).port);
  await assertRejects(() => startPlatform({ older: true, port }), Error, "EADDRINUSE");
});

Deno.test("A platform offers no trigger that is none", async () => {
  await assertRejects(
    () => startPlatform({ older: true, triggers: ["core.timer", "core.sundial"] }),
    RangeError,
    "Unknown trigger 'core.sundial', expected one of core.intervaltimer, core.crontimer, " +
      "core.datetimetimer, core.rruletimer, core.timer",
  );
});
