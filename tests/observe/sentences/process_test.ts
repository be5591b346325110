import { assertEquals } from "@std/assert";
import type { News } from "../../../src/observe/news.ts";
import { START } from "../../support/rules.ts";
import { written } from "../written.ts";

function renewalFailed(text: string, retryMs: number | null): News {
  return { kind: "token_renewal_failed", error: new Error(text), retryMs };
}

Deno.test("The log tells what becomes of the token", () => {
  const { messages } = written(
    { kind: "token_renewed", expiresAt: START },
    { kind: "token_rotated", expiresAt: null },
    renewalFailed("503: down", 1000),
    renewalFailed("503: down", 2000),
    { kind: "token_renewed", expiresAt: null },
    renewalFailed("503: down", 1000),
    renewalFailed("404: no route", null),
    { kind: "token_expiring", leftMs: 5.8 * 3_600_000 },
    { kind: "token_file_unreadable", problem: "Cannot read the token file '/x': gone" },
  );
  assertEquals(messages, [
    "info: Token renewed, it expires at 2025-01-01T00:00:00.000Z",
    "info: Token read anew from its file",
    "warn: Failed to renew the token: 503: down",
    "debug: Failed to renew the token: 503: down",
    "info: Token renewed",
    "warn: Failed to renew the token: 503: down",
    "warn: The token cannot be renewed: 404: no route; provide a new one before it expires",
    "warn: Token expires in 5 h 48 min: write a new one into its file, or restart with a new one",
    "warn: Cannot read the token file '/x': gone; the token from before stays in use",
  ]);
});

Deno.test("The log tells of stalls and of steps of the clock", () => {
  const { messages } = written(
    { kind: "loop_stalled", ms: 4900, count: 1 },
    { kind: "loop_stalled", ms: 1200, count: 10 },
    { kind: "clock_stepped", ms: 7_200_000, count: 1 },
    { kind: "clock_stepped", ms: -60_000, count: 2 },
  );
  const stalled = "the event loop was busy, or the process was stopped";
  assertEquals(messages, [
    `warn: Nothing ran for 4900 ms: ${stalled}`,
    `warn: Nothing ran for 1200 ms: ${stalled}, the greatest of 10 times in a minute`,
    "warn: The wall clock went forward by 7200000 ms: it was set, or the machine was suspended",
    "warn: The wall clock went back by 60000 ms: timers go on from the present, and nothing that fired fires again, the greatest of 2 times in a minute",
  ]);
});
