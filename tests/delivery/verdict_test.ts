import { assertEquals } from "@std/assert";
import { type Failure, judge, type Verdict } from "../../src/delivery/verdict.ts";

const SECOND = 1000;

function verdictOn(parts: Partial<Failure>): Verdict {
  return judge({ failures: 1, othersPass: false, retryAfterMs: null, isParcel: false, ...parts });
}

Deno.test("judge gives every event three quick attempts", () => {
  for (const isParcel of [false, true]) {
    for (const othersPass of [false, true]) {
      const verdicts = [1, 2].map((failures) => verdictOn({ failures, othersPass, isParcel }));
      assertEquals(verdicts, ["retry", "retry"]);
    }
  }
});

Deno.test("judge takes the platform to be down when nothing got through meanwhile", () => {
  assertEquals(verdictOn({ failures: 3 }), "down");
  assertEquals(verdictOn({ failures: 3, isParcel: true }), "down");
  assertEquals(verdictOn({ failures: 30, isParcel: true }), "down");
});

Deno.test("judge parks an event that alone does not get through", () => {
  assertEquals(verdictOn({ failures: 3, othersPass: true }), "park");
});

Deno.test("judge gives up on an event of the outbox that alone does not get through ten times", () => {
  const verdicts = [3, 9, 10].map((failures) =>
    verdictOn({ failures, othersPass: true, isParcel: true })
  );
  assertEquals(verdicts, ["retry", "retry", "give up"]);
});

Deno.test("judge takes a server that asks for more than a minute to be down", () => {
  assertEquals(verdictOn({ retryAfterMs: 60 * SECOND }), "retry");
  assertEquals(verdictOn({ retryAfterMs: 60 * SECOND + 1, othersPass: true }), "down");
});
