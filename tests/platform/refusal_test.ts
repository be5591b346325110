import { assertEquals } from "@std/assert";
import { retryAfterMs } from "../../src/platform/refusal.ts";

const NOW = Date.UTC(2025, 0, 1);

const RETRY_AFTER: [value: string | null, ms: number | null][] = [
  [null, null],
  ["0", 0],
  ["7", 7000],
  ["86400", 86_400_000],
  ["86401", 86_400_000],
  ["9".repeat(400), 86_400_000],
  ["-1", null],
  ["1.5", null],
  ["1e3", null],
  ["soon", null],
  ["", null],
  ["Wed, 01 Jan 2025 00:00:07 GMT", 7000],
  ["Tue, 31 Dec 2024 23:59:59 GMT", 0],
  ["Fri, 01 Jan 2027 00:00:00 GMT", 86_400_000],
  ["Wed, 99 Jan 2025 00:00:07 GMT", null],
  ["2025-01-01T00:00:07Z", null],
  ["Wed Jan  1 00:00:07 2025", null],
];

for (const [value, ms] of RETRY_AFTER) {
  Deno.test(`Retry-After: ${value?.slice(0, 40)} is ${ms} ms`, () => {
    const headers = new Headers(value === null ? {} : { "retry-after": value });
    assertEquals(retryAfterMs(headers, NOW), ms);
  });
}
