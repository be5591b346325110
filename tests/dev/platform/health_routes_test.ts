import { assertEquals } from "@std/assert";
import { startPlatform } from "../../../src/dev/platform/platform.ts";
import { ask } from "./ask.ts";

const HEALTH: readonly (readonly [string, string | null, string])[] = [
  ["/health", "application/json", '{"status":"ok"}'],
  [
    "/health/detailed",
    "application/json",
    '{"status":"ok","version":"0.1.0","database":"connected"}',
  ],
  ["/health/ready", null, ""],
  ["/health/live", null, ""],
];

for (const [path, type, body] of HEALTH) {
  Deno.test(`GET ${path} is well without a token`, async () => {
    await using platform = await startPlatform({ older: true });
    const reply = await ask(platform, `GET ${path}`);
    assertEquals([reply.status, reply.type, reply.text], [200, type, body]);
  });
}
