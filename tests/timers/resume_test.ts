import { assertEquals } from "@std/assert";
import { resumeFrom } from "../../src/timers/resume.ts";
import { START } from "../support/rules.ts";

const at = (seconds: number) => ({ at: START + seconds * 1000, writtenAt: START });

Deno.test("The first start ever makes up for nothing", () => {
  assertEquals(resumeFrom(null, START), { since: START, kind: "first", byMs: 0 });
});

Deno.test("A start goes on from the checkpoint, however old it is", () => {
  assertEquals(resumeFrom(at(-7), START), { since: START - 7000, kind: "gap", byMs: 7000 });
  const week = 7 * 86_400;
  assertEquals(resumeFrom(at(-week), START).since, START - week * 1000);
});

Deno.test("A checkpoint from the future is cut to now, unless it is as little ahead as clocks differ", () => {
  assertEquals(resumeFrom(at(3600), START), { since: START, kind: "future", byMs: 3_600_000 });
  assertEquals(resumeFrom(at(11), START).since, START);
  assertEquals(resumeFrom(at(10), START), { since: START + 10_000, kind: "gap", byMs: 0 });
});
