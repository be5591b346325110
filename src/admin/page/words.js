/** Spans and instants in few words, as people read them. */

const UNITS = [["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]];
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const NUMBER = new Intl.NumberFormat("en");
const DAY_MS = 86_400_000;

/** `3 h 12 min`: a span in its two largest units. */
export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const first = UNITS.findIndex(([, size]) => whole >= size);
  if (first === -1) return "0 s";
  const [unit, size] = UNITS[first];
  const [smaller, smallerSize] = UNITS[first + 1] ?? [];
  const rest = smaller === undefined ? 0 : Math.floor((whole % size) / smallerSize);
  const large = `${Math.floor(whole / size)} ${unit}`;
  return rest === 0 ? large : `${large} ${rest} ${smaller}`;
}

/** `in 12 s`. A minute from now it is not the second that counts. */
export function until(at, now) {
  const seconds = Math.ceil((at - now) / 1000);
  return seconds <= 0 ? "now" : `in ${span(seconds)}`;
}

/** `3 ms`, `1.2 s`, `4 min 3 s`. */
export function late(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : span(ms / 1000);
}

/** The time of day, with the date where it is another day. */
export function instant(at, now) {
  const time = TIME.format(at);
  return Math.abs(at - now) < DAY_MS / 2 ? time : `${DAY.format(at)} ${time}`;
}

/** `12,345`. */
export function number(value) {
  return NUMBER.format(value);
}
