import type { TimeSet } from "../time_set.ts";
import { EPOCH_WEEKDAY, modulo } from "./days.ts";
import { gcd } from "./periods.ts";

const DAY_SECONDS = 86_400;
const DAY_MS = DAY_SECONDS * 1000;
const WEEK_MS = 7 * DAY_MS;

/** What is to meet: periods that begin at `origin` plus a multiple of the step, and times of day. Milliseconds. */
export interface Meeting {
  readonly origin: number;
  readonly stepMs: number;
  /** When periods can begin, since midnight. */
  readonly openings: TimeSet;
  /** The days of the week on which they can, from 0, Sunday. */
  readonly weekdays: readonly number[];
}

/**
 * The openings at which a period begins that counts. The times of day at which periods begin repeat
 * themselves after so many periods, at most 86,400: which of those are openings is found once.
 */
export class Meetings {
  /** Whether there are none on any day. */
  readonly areNone: boolean;
  readonly #origin: number;
  readonly #stepMs: number;
  /** After so many periods, times of day repeat themselves. */
  readonly #round: number;
  /** A bit for each period of a round. */
  readonly #bits: Uint32Array;

  constructor(meeting: Meeting) {
    const { origin, stepMs } = meeting;
    this.#origin = origin;
    this.#stepMs = stepMs;
    this.areNone = !everMeet(meeting);
    this.#round = DAY_MS / gcd(stepMs, DAY_MS);
    this.#bits = this.areNone ? new Uint32Array() : bitsOf(meeting, this.#round);
  }

  /** The first meeting at a moment or later. */
  from(moment: number): number {
    const period = Math.ceil((moment - this.#origin) / this.#stepMs);
    const place = modulo(period, this.#round);
    const found = firstBit(this.#bits, place, this.#round);
    const later = found < this.#round ? found : this.#round + firstBit(this.#bits, 0, place);
    return this.#origin + (period + later - place) * this.#stepMs;
  }
}

/** A bit for each period of a round that begins at an opening. In whole seconds, which are quick to go through. */
function bitsOf({ origin, stepMs, openings }: Meeting, round: number): Uint32Array {
  const isOpening = new Uint8Array(DAY_SECONDS);
  openings.forEach((time) => isOpening[time / 1000] = 1);
  const bits = new Uint32Array((round >> 5) + 1);
  const step = stepMs / 1000 % DAY_SECONDS;
  let time = modulo(origin / 1000, DAY_SECONDS);
  for (let place = 0; place < round; place++) {
    if (isOpening[time] === 1) bits[place >> 5] = (bits[place >> 5] ?? 0) | 1 << (place & 31);
    time += step;
    if (time >= DAY_SECONDS) time -= DAY_SECONDS;
  }
  return bits;
}

/** Whether a period that counts ever begins at an opening of one of the days of the week. */
function everMeet({ origin, stepMs, weekdays, openings }: Meeting): boolean {
  // Steps lead to what differs by a multiple of what the step and the week have in common.
  const commonMs = gcd(stepMs, WEEK_MS);
  const wanted = new Set(
    weekdays.map((it) => modulo(origin - (it - EPOCH_WEEKDAY) * DAY_MS, commonMs)),
  );
  let found = false;
  openings.forEach((time) => found ||= wanted.has(time % commonMs));
  return found;
}

/** The first place of a bit that is set, from a place on; `end` if there is none before. */
function firstBit(bits: Uint32Array, from: number, end: number): number {
  let word = from >> 5;
  let rest = (bits[word] ?? 0) & -1 << (from & 31);
  while (rest === 0 && (word + 1) << 5 < end) rest = bits[++word] ?? 0;
  return rest === 0 ? end : Math.min(end, (word << 5) + 31 - Math.clz32(rest & -rest));
}
