import { assert, assertEquals } from "@std/assert";
import { Grid } from "../../src/schedule/grid.ts";
import { LocalSchedule } from "../../src/schedule/local_time.ts";
import type { Schedule } from "../../src/schedule/schedule.ts";
import { type Zone, zoneOf } from "../../src/schedule/zone.ts";
import { firstOf } from "./support.ts";

const YEAR_9999 = Date.parse("9999-12-31T12:00:00Z");

function zone(name: string): Zone {
  const found = zoneOf(name);
  if (found === null) throw new Error(`No such zone: ${name}`);
  return found;
}

/** A schedule that counts how often it is asked. */
function counted(times: Schedule): Schedule & { asked: number } {
  return {
    asked: 0,
    next(after) {
      this.asked++;
      return times.next(after);
    },
  };
}

Deno.test("LocalSchedule asks once for what many rules ask for", () => {
  const times = counted(new Grid(0, 60_000));
  const schedule = new LocalSchedule(times, zone("UTC"), "after", "first");
  for (let n = 0; n < 100; n++) assertEquals(schedule.next(120_000 + n * 600), 180_000);
  assertEquals(times.asked, 1);
});

Deno.test("LocalSchedule asks once for what many rules with a jitter ask for in turn", () => {
  const times = counted(new Grid(0, 60_000));
  const schedule = new LocalSchedule(times, zone("UTC"), "after", "first");
  for (let n = 0; n < 100; n++) {
    for (const minute of [2, 3, 4]) {
      assertEquals(schedule.next(minute * 60_000 + n), (minute + 1) * 60_000);
    }
  }
  assertEquals(times.asked, 3);
  assertEquals(schedule.next(60_000), 120_000);
  assertEquals(schedule.next(180_000), 240_000);
  assertEquals(times.asked, 4);
  assertEquals(schedule.next(120_000), 180_000);
  assertEquals(times.asked, 5);
});

Deno.test("LocalSchedule passes over the years between rare times", () => {
  const times = counted(new Grid(Date.UTC(1990, 5, 1), 50 * 365 * 86_400_000));
  const schedule = new LocalSchedule(times, zone("Europe/Berlin"), "after", "first");
  assertEquals(firstOf(schedule, "1991-01-01T00:00:00Z", 1), ["2040-05-18T22:00:00Z"]);
  assert(times.asked < 10, `${times.asked}`);
});

Deno.test("LocalSchedule gives up on times that are always left out", () => {
  // 02:30 on the last Sunday of March, as if there were no other day.
  const gaps: Schedule = {
    next(after) {
      for (let year = new Date(after).getUTCFullYear(); year < 9999; year++) {
        const last = new Date(Date.UTC(year, 2, 31, 2, 30));
        const at = last.getTime() - last.getUTCDay() * 86_400_000;
        if (at > after) return at;
      }
      return null;
    },
  };
  const after = Date.UTC(2026, 0, 1);
  assertEquals(new LocalSchedule(gaps, zone("Europe/Berlin"), "skip", "first").next(after), null);
  assertEquals(
    new LocalSchedule(gaps, zone("Europe/Berlin"), "after", "first").next(after),
    Date.parse("2026-03-29T01:00:00Z"),
  );
});

Deno.test("LocalSchedule ends with the year 9999, and whenever its times do", () => {
  const schedule = new LocalSchedule(new Grid(0, 1000), zone("Europe/Berlin"), "after", "first");
  assertEquals(schedule.next(YEAR_9999), null);
  assertEquals(schedule.next(Infinity), null);
  const none = new LocalSchedule({ next: () => null }, zone("Europe/Berlin"), "shift", "both");
  assertEquals(none.next(0), null);
});
