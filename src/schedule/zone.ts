import { nameOfWindowsZone } from "./zone_names.ts";

/** A stretch of time during which a zone's clocks keep one distance from UTC. Milliseconds throughout. */
export interface Stretch {
  /** Its first instant, and the first one after it; infinite where there is no transition. */
  readonly from: number;
  readonly to: number;
  /** Local time minus UTC: during the stretch, just before it, and just after it. */
  readonly offset: number;
  readonly offsetBefore: number;
  readonly offsetAfter: number;
}

/** Local time differs from UTC by less than this, everywhere and ever. */
export const MAX_OFFSET_MS = 24 * 60 * 60 * 1000;

// Temporal also takes offsets and whole date-times for a time zone; a rule names one of IANA's.
const IANA_NAME = /^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/;

/** Of a zone, some 500 years: they take 80 kB. */
const MAX_KNOWN = 1024;

const zones = new Map<string, Zone>();

/** The zone of IANA's or Windows' name, in any case, or `null` if there is none. */
export function zoneOf(name: string): Zone | null {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const id = idOf(name) ?? idOf(nameOfWindowsZone(name) ?? "");
  if (id === null) return null;
  // Kept under the one spelling, so that there are never more of them than zones.
  const zone = zones.get(id) ?? new Zone(id);
  zones.set(id, zone);
  return zone;
}

/** A time zone. */
export class Zone {
  /** The IANA name, in IANA's spelling. */
  readonly id: string;
  /** The stretch asked for last: nearly always the present one. */
  #recent: Stretch | undefined;
  /** Those found so far, in order: each takes the clocks' maker some 20 microseconds. */
  #known: Stretch[] = [];

  constructor(id: string) {
    this.id = id;
  }

  /** The stretch that holds an instant. */
  stretchAt(at: number): Stretch {
    const recent = this.#recent;
    if (recent !== undefined && holds(recent, at)) return recent;
    const place = this.#placeOf(at);
    const known = this.#known[place - 1];
    if (known !== undefined && holds(known, at)) return this.#recent = known;
    const found = known === undefined ? this.#find(at) : this.#follow(known, at) ?? this.#find(at);
    if (this.#known.length < MAX_KNOWN) this.#known.splice(place, 0, found);
    else this.#known = [found];
    return this.#recent = found;
  }

  /** How many of the known stretches begin at an instant or before it. */
  #placeOf(at: number): number {
    let [low, high] = [0, this.#known.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#known[middle]?.from ?? Infinity) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The stretch after another one, if it holds the instant: found with less than {@link #find} takes. */
  #follow({ to: from, offset: offsetBefore, offsetAfter: offset }: Stretch, at: number) {
    const next = this.#at(from).getTimeZoneTransition("next");
    const to = next?.epochMilliseconds ?? Infinity;
    const offsetAfter = next === null ? offset : offsetOf(next);
    return at < to ? { from, to, offset, offsetBefore, offsetAfter } : null;
  }

  #find(at: number): Stretch {
    const here = this.#at(at);
    // "previous" leaves out the instant itself.
    const from = this.#at(at + 1).getTimeZoneTransition("previous")?.epochMilliseconds;
    const next = here.getTimeZoneTransition("next");
    const offset = offsetOf(here);
    return {
      from: from ?? -Infinity,
      to: next?.epochMilliseconds ?? Infinity,
      offset,
      offsetBefore: from === undefined ? offset : offsetOf(this.#at(from - 1)),
      offsetAfter: next === null ? offset : offsetOf(next),
    };
  }

  #at(at: number): Temporal.ZonedDateTime {
    return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(this.id);
  }
}

function holds({ from, to }: Stretch, at: number): boolean {
  return from <= at && at < to;
}

/** Universal time. */
export const UTC = new Zone("UTC");
zones.set(UTC.id, UTC);

function idOf(name: string): string | null {
  if (!IANA_NAME.test(name)) return null;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
  } catch {
    // The only way in which Temporal tells that it knows no such zone.
    return null;
  }
}

function offsetOf(time: Temporal.ZonedDateTime): number {
  return time.offsetNanoseconds / 1_000_000;
}
