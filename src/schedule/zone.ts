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

const zones = new Map<string, Zone>();

/** The zone of an IANA name, in any case, or `null` if there is none. */
export function zoneOf(name: string): Zone | null {
  const known = zones.get(name);
  if (known !== undefined) return known;
  if (!IANA_NAME.test(name)) return null;
  const id = idOf(name);
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

  constructor(id: string) {
    this.id = id;
  }

  /** The stretch that holds an instant. */
  stretchAt(at: number): Stretch {
    const recent = this.#recent;
    if (recent !== undefined && recent.from <= at && at < recent.to) return recent;
    return this.#recent = this.#find(at);
  }

  #find(at: number): Stretch {
    const here = this.#at(at);
    // "previous" leaves out the instant itself.
    const from = this.#at(at + 1).getTimeZoneTransition("previous")?.epochMilliseconds;
    const to = here.getTimeZoneTransition("next")?.epochMilliseconds;
    const offset = offsetOf(here);
    return {
      from: from ?? -Infinity,
      to: to ?? Infinity,
      offset,
      offsetBefore: from === undefined ? offset : offsetOf(this.#at(from - 1)),
      offsetAfter: to === undefined ? offset : offsetOf(this.#at(to)),
    };
  }

  #at(at: number): Temporal.ZonedDateTime {
    return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(this.id);
  }
}

function idOf(name: string): string | null {
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
