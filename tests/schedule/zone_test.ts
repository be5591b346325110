import { assertEquals, assertStrictEquals } from "@std/assert";
import { zoneOf } from "../../src/schedule/zone.ts";

const HOUR_MS = 3_600_000;

Deno.test("zoneOf has one zone for all spellings of a name, under IANA's own", () => {
  const zone = zoneOf("Europe/Berlin");
  assertStrictEquals(zoneOf("europe/berlin"), zone);
  assertStrictEquals(zoneOf("EUROPE/BERLIN"), zone);
  assertEquals(zone?.id, "Europe/Berlin");
});

Deno.test("zoneOf knows the names that IANA keeps for old times' sake", () => {
  for (const name of ["Asia/Calcutta", "US/Pacific", "Etc/GMT+5", "EST", "CET", "GMT", "Etc/UTC"]) {
    assertEquals(zoneOf(name)?.id, name);
  }
});

Deno.test("zoneOf knows no offsets, date-times and other texts", () => {
  for (const name of ["+01:00", "Z", "", "utc ", "Europe", "../etc", "A".repeat(1000), "\u0130"]) {
    assertEquals(zoneOf(name), null, name);
  }
});

Deno.test("stretchAt tells the offsets around an instant, and from when to when they hold", () => {
  const spring = Date.parse("2026-03-29T01:00:00Z");
  const autumn = Date.parse("2026-10-25T01:00:00Z");
  const summer = {
    from: spring,
    to: autumn,
    offset: 2 * HOUR_MS,
    offsetBefore: HOUR_MS,
    offsetAfter: HOUR_MS,
  };
  const zone = zoneOf("Europe/Berlin");
  assertEquals(zone?.stretchAt(spring), summer);
  assertEquals(zone?.stretchAt(spring - 1).to, spring);
  assertEquals(zone?.stretchAt(autumn - 1), summer);
  assertEquals(zone?.stretchAt(autumn).from, autumn);
});

Deno.test("stretchAt knows no bounds where there are no transitions", () => {
  assertEquals(zoneOf("UTC")?.stretchAt(0), {
    from: -Infinity,
    to: Infinity,
    offset: 0,
    offsetBefore: 0,
    offsetAfter: 0,
  });
  const india = zoneOf("Asia/Kolkata")?.stretchAt(Date.UTC(2026, 0));
  assertEquals([india?.to, india?.offsetAfter], [Infinity, 5.5 * HOUR_MS]);
});
