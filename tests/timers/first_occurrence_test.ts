import { assertEquals } from "@std/assert";
import { type Beginning, firstOccurrence } from "../../src/timers/first_occurrence.ts";
import { ruleId, START, timerOf } from "../support/rules.ts";

const at = (seconds: number) => START + seconds * 1000;
const EVERY_10 = timerOf({ type: "interval", interval: 10 });
const once = (seconds: number) =>
  timerOf({ type: "date_time", fire_at: new Date(at(seconds)).toISOString() });

/** Down from 25 s to 60 s, with a rule made at 0 s. */
const BEGINNING: Beginning = {
  ruleId: ruleId(1),
  timer: EVERY_10,
  createdAt: START,
  changedAt: START,
  lastAt: -Infinity,
  since: at(25),
  watchedSince: at(60),
};

/** In seconds. */
const CASES: Readonly<Record<string, [Partial<Beginning>, expected: number | null]>> = {
  "an old rule goes on where the last process ended": [{}, 30],
  "a rule changed before that goes on, too": [{ changedAt: at(24) }, 30],
  "a rule made while nobody ran begins with itself": [
    { createdAt: at(41), changedAt: at(41) },
    50,
  ],
  "a rule touched while nobody ran goes on: it may be the label": [{ changedAt: at(41) }, 30],
  "a rule changed under our eyes begins with its change": [{ changedAt: at(61) }, 70],
  "what was handed out is not handed out again": [{ changedAt: at(61), lastAt: at(70) }, 80],
  "a one-shot that fell due while nobody ran": [{ timer: once(40) }, 40],
  "the same, with its label touched since": [{ timer: once(30), changedAt: at(50) }, 30],
  "a one-shot for just before, written while nobody ran": [
    { timer: once(22), createdAt: at(28), changedAt: at(28) },
    22,
  ],
  "an old one-shot set to just before while nobody ran": [
    { timer: once(22), changedAt: at(28) },
    22,
  ],
  "a one-shot that fired before the last process ended": [
    { timer: once(20), changedAt: at(20) },
    null,
  ],
  "a one-shot long over when it was written": [{ timer: once(10), changedAt: at(28) }, null],
};

for (const [name, [parts, expected]] of Object.entries(CASES)) {
  Deno.test(`The first occurrence: ${name}`, () => {
    const first = firstOccurrence({ ...BEGINNING, ...parts });
    assertEquals(first === null ? null : (first - START) / 1000, expected);
  });
}
