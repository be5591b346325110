import cldrAliases from "cldr/timezone.json" with { type: "json" };
import cldrWindows from "cldr/windowsZones.json" with { type: "json" };
import * as z from "zod";
import { nearest } from "../ground/nearest.ts";

// What Unicode's CLDR knows of the names of time zones.

const WindowsZones = z.array(z.object({
  mapZone: z.object({ _other: z.string(), _type: z.string(), _territory: z.string() }),
}));

/** The first alias is the name for ever; `_iana` is the one that IANA has come to prefer. */
const Aliases = z.object({ _alias: z.string(), _iana: z.string().optional() });

/** In the table, the zone of a Windows name wherever it is used. */
const WORLD = "001";
/** Nobody has to write the long forms. */
const SHORT_NAMES = new Map([["Etc/UTC", "UTC"], ["Etc/GMT", "GMT"]]);
/** "EST5EDT": standard time, hours behind UTC, daylight saving time. */
const POSIX_NAME = /^([A-Z]{3})\d{1,2}([A-Z]{3})$/;
const FIXED_NAME = /^Etc\/GMT[+-]\d{1,2}$/;
/** Among shorter ones each is near some other. */
const SHORTEST_NAME = 5;
const OFFSET = /^(?:UTC|GMT|Z)?([+-])(\d{1,2})(?::?00)?$/i;

/** The names of today, by all names, those of today included. */
const currentNames = new Map<string, string>();
/** Zones by what the letters on a clock say, such as "PST" or "PDT". */
const byLetters = new Map<string, string>();
for (const entry of Object.values(cldrAliases.keyword.u.tz)) {
  const parsed = Aliases.safeParse(entry);
  if (!parsed.success) continue;
  const aliases = parsed.data._alias.split(" ");
  const [first = ""] = aliases;
  const current = parsed.data._iana ?? SHORT_NAMES.get(first) ?? first;
  for (const alias of aliases) {
    currentNames.set(alias, current);
    for (const letters of POSIX_NAME.exec(alias)?.slice(1) ?? []) byLetters.set(letters, current);
  }
}

/** IANA's names by those of Windows, in small letters. */
const windowsNames = new Map(
  WindowsZones.parse(cldrWindows.supplemental.windowsZones.mapTimezones)
    .filter(({ mapZone }) => mapZone._territory === WORLD)
    .map(({ mapZone: { _other: windows, _type: iana } }) =>
      [windows.toLowerCase(), currentNameOf(iana)] as const
    ),
);

/** The name that IANA prefers today for the zone of a name, which may be the same. */
export function currentNameOf(name: string): string {
  return currentNames.get(name) ?? name;
}

/** Whether it is the long form of a name that is used without it: nothing is wrong with it. */
export function isLongName(name: string): boolean {
  return SHORT_NAMES.has(name);
}

/** The IANA name of a zone that Windows calls so, in any case; `null` if there is none. */
export function nameOfWindowsZone(name: string): string | null {
  return windowsNames.get(name.toLowerCase()) ?? null;
}

/** The zone with daylight saving time whose clocks a name without it makes one think of, or `null`. */
export function zoneWithSummerOf(name: string): string | null {
  return byLetters.get(name) ?? null;
}

/** Whether a name stands for a distance from UTC and not for a place. */
export function isFixedName(name: string): boolean {
  return FIXED_NAME.test(name) || (byLetters.has(name) && currentNames.has(name));
}

/** The name that somebody most likely meant by one that is none, or `null`. */
export function zoneNameMeant(name: string): string | null {
  const [, sign, hours = ""] = OFFSET.exec(name.trim()) ?? [];
  if (sign !== undefined) return Number(hours) === 0 ? "UTC" : offsetName(sign, Number(hours));
  const letters = byLetters.get(name.toUpperCase());
  if (letters !== undefined) return letters;
  const wanted = name.trim().replaceAll(" ", "_").toLowerCase();
  const names = new Set(currentNames.values());
  const cityOf = (part: string) =>
    names.values().find((it) => `/${it.toLowerCase()}`.endsWith(`/${part}`));
  // Outlook lists cities: "(UTC+01:00) Amsterdam, Berlin, Bern".
  const cities = wanted.split(/[(),]_?/).filter((it) => it !== "").map(cityOf);
  const city = cities.find((it) => it !== undefined);
  if (city !== undefined || name.length < SHORTEST_NAME) return city ?? null;
  return nearest(name, names);
}

/** Its sign is that of POSIX: "Etc/GMT-1" is an hour ahead of UTC. */
function offsetName(sign: string, hours: number): string | null {
  const name = `Etc/GMT${sign === "+" ? "-" : "+"}${hours}`;
  return currentNames.has(name) ? name : null;
}
