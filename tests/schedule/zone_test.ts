import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { adviceOnZone } from "../../src/schedule/advice_zone.ts";
import { zoneOf } from "../../src/schedule/zone.ts";
import { currentNameOf } from "../../src/schedule/zone_names.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
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

Deno.test("zoneOf knows Windows' names, as CLDR has them, in any case", () => {
  const table: readonly (readonly [windows: string, iana: string])[] = [
    ["W. Europe Standard Time", "Europe/Berlin"],
    ["w. europe standard time", "Europe/Berlin"],
    ["Eastern Standard Time", "America/New_York"],
    ["E. South America Standard Time", "America/Sao_Paulo"],
    ["GMT Standard Time", "Europe/London"],
    ["Greenwich Standard Time", "Atlantic/Reykjavik"],
    ["Tokyo Standard Time", "Asia/Tokyo"],
    // By their names of today.
    ["India Standard Time", "Asia/Kolkata"],
    ["FLE Standard Time", "Europe/Kyiv"],
    ["UTC-11", "Etc/GMT+11"],
  ];
  for (const [windows, iana] of table) assertEquals(zoneOf(windows)?.id, iana, windows);
  assertStrictEquals(zoneOf("Tokyo Standard Time"), zoneOf("Asia/Tokyo"));
  assertEquals(zoneOf("Europe Standard Time"), null);
});

Deno.test("The current name of a zone is one, and that of the same clocks", () => {
  for (const name of Intl.supportedValuesOf("timeZone")) {
    const current = zoneOf(currentNameOf(name));
    assertEquals(currentNameOf(currentNameOf(name)), currentNameOf(name));
    assertEquals(current?.stretchAt(NOW).offset, zoneOf(name)?.stretchAt(NOW).offset, name);
  }
});

Deno.test("A name that is out of date, or stands for a distance from UTC, is told with what to write", () => {
  const fixed = (name: string, offset: string, instead: string) =>
    `Time zone "${name}" is UTC${offset} all year: for clocks that are put forward write ${instead}`;
  const former = (name: string, current: string) =>
    `Time zone "${name}" is a name that is no longer in use: write "${current}"`;
  const table: readonly (readonly [name: string, advice: string | null])[] = [
    ["UTC", null],
    ["Etc/UTC", null],
    ["GMT", null],
    ["Europe/Berlin", null],
    ["Europe/Amsterdam", null],
    ["Asia/Kolkata", null],
    ["America/Argentina/Buenos_Aires", null],
    ["India Standard Time", null],
    ["EST", fixed("EST", "-05:00", '"America/New_York"')],
    ["mst", fixed("MST", "-07:00", '"America/Denver"')],
    ["Etc/GMT+5", fixed("Etc/GMT+5", "-05:00", "the name of a city")],
    ["Etc/GMT-14", fixed("Etc/GMT-14", "+14:00", "the name of a city")],
    ["HST", former("HST", "Pacific/Honolulu")],
    ["EST5EDT", former("EST5EDT", "America/New_York")],
    ["CET", former("CET", "Europe/Brussels")],
    ["US/Eastern", former("US/Eastern", "America/New_York")],
    ["GB", former("GB", "Europe/London")],
    ["Asia/Calcutta", former("Asia/Calcutta", "Asia/Kolkata")],
    ["Europe/Kiev", former("Europe/Kiev", "Europe/Kyiv")],
    ["Zulu", former("Zulu", "UTC")],
  ];
  for (const [name, advice] of table) {
    const zone = zoneOf(name);
    assert(zone !== null, name);
    assertEquals(adviceOnZone(zone, NOW), advice === null ? [] : [advice]);
  }
});
