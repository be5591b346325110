import { assertEquals } from "@std/assert";
import type { TriggerParams } from "../../src/domain/rule.ts";
import { warningsOf } from "./support.ts";

const ODD_OR_MONDAY =
  "At 00:00 on every 2nd day from the 1st to the 31st of every month, and also on Monday";
const ODD_MONDAY =
  "At 00:00 on every 2nd day from the 1st to the 31st of every month, but only if that is a Monday";

function days(as: "and" | "or", here: string, there: string): string {
  const other = as === "and" ? "or" : "and";
  return `both day fields are given: as it stands (day_match "${as}") it means "${here}"; ` +
    `with day_match "${other}" it would mean "${there}"`;
}

const DOUBTFUL: readonly (readonly [expression: string, doubt: string])[] = [
  // Day fields, which crons match in two ways.
  ["0 0 */2 * 1", days("and", ODD_MONDAY, ODD_OR_MONDAY)],
  ["0 0 */1 * 3", days("and", "At 00:00 on Wednesday", "At 00:00 every day")],
  ["0 0 13 * */1", days("and", "At 00:00 on the 13th of every month", "At 00:00 every day")],
  ["0 0 1-31 * 3", days("or", "At 00:00 every day", "At 00:00 on Wednesday")],
  ["0 0 1/1 * 3", days("or", "At 00:00 every day", "At 00:00 on Wednesday")],
  ["0 0 13 * 0-6", days("or", "At 00:00 every day", "At 00:00 on the 13th of every month")],
  ["0 0 13 * SUN-SAT", days("or", "At 00:00 every day", "At 00:00 on the 13th of every month")],
  ["0 0 13 * 1-7", days("or", "At 00:00 every day", "At 00:00 on the 13th of every month")],
  ["0 0 0 */2 * 1", days("and", ODD_MONDAY, ODD_OR_MONDAY)],
  ["0 0 0 1-31 * WED", days("and", "At 00:00 on Wednesday", "At 00:00 every day")],
  // Five fields and a year.
  [
    "30 9 * * 1 *",
    '6 fields begin with the second: it means "At second 30 of minute 9 of every hour in January"; ' +
    'if "At 09:30 on Monday" is meant, write "30 9 * * 1"',
  ],
  [
    "0 9 * * 1-5 *",
    '6 fields begin with the second: it means "At minute 9 of every hour in January through May"; ' +
    'if "At 09:00 on Monday through Friday" is meant, write "0 9 * * 1-5"',
  ],
  [
    "0 9 * * 1-5 ?",
    '6 fields begin with the second: it means "At minute 9 of every hour in January through May"; ' +
    'if "At 09:00 on Monday through Friday" is meant, write "0 9 * * 1-5"',
  ],
  // Weekdays counted from 1.
  [
    "0 0 9 ? * 2-6",
    'weekdays count from 0, Sunday: "2-6" means Tuesday through Saturday; where they count from 1, ' +
    "as in Quartz and AWS, it means Monday through Friday: write names",
  ],
  [
    "0 0 9 ? * 6#3 2027",
    'weekdays count from 0, Sunday: "6#3" means Saturday; where they count from 1, as in Quartz and ' +
    "AWS, it means Friday: write names",
  ],
];
for (const [expression, doubt] of DOUBTFUL) {
  Deno.test(`The expression ${expression} is accepted with a warning that gives both readings`, () => {
    assertEquals(warningsOf({ expression }), [`expression: ${doubt}`]);
  });
}

const SOUND: readonly TriggerParams[] = [
  { expression: "0 0 13 * 5" },
  { expression: "0 0 */2 * *" },
  { expression: "0 0 1-31 * *" },
  { expression: "0 0 1-31 * 0-6" },
  { expression: "0 0 ? * 3" },
  { expression: "0 0 */2 * ?" },
  { expression: "0 0 */2 * +1" },
  { expression: "0 0 */2 * 1", day_match: "or" },
  { expression: "0 0 */2 * 1", day_match: "and" },
  { expression: "0 0 9 ? * MON-FRI" },
  { expression: "0 0 9 * * 2-6" },
  { expression: "0 0 9 ? * FRI#3" },
  { expression: "0 0 * * * *" },
  { expression: "0 30 9 * * *" },
  { expression: "*/5 * * * 1 *" },
  { expression: "@weekly" },
];
for (const params of SOUND) {
  Deno.test(`Nothing is doubted of ${JSON.stringify(params)}`, () => {
    assertEquals(warningsOf(params), []);
  });
}
