import { assertEquals } from "@std/assert";
import { timerLine } from "../../src/observe/sentences/timers.ts";
import { resumedFrom } from "./resumption.ts";

const SINCE = Date.UTC(2026, 0, 1, 12, 0, 0, 250);

/** What a sensor logs where it goes on from a checkpoint. */
function logged(kind: "first" | "gap", byMs: number): string {
  const news = {
    kind: "timers_resumed",
    resumption: { since: SINCE, kind, byMs },
    windowMs: 3_600_000,
  } as const;
  const told = timerLine(news);
  return JSON.stringify({
    timestamp: "2026-01-01T12:01:00.000Z",
    message: told?.message,
    ...told?.fields,
  });
}

Deno.test("resumedFrom() reads where a sensor goes on, in the words of its log", () => {
  assertEquals(resumedFrom(logged("gap", 14_750)), SINCE);
  assertEquals(resumedFrom(logged("gap", 7_200_000)), SINCE);
});

Deno.test("resumedFrom() finds nothing where nothing is made up for, or nothing is said of it", () => {
  assertEquals(resumedFrom(logged("first", 0)), null);
  assertEquals(resumedFrom('{"message":"Timer sensor ready with 3 timers"}'), null);
});
