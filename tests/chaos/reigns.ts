/** What a sensor said of the lease, or its end. Instants are epoch milliseconds. */
export interface RoleWord {
  readonly member: string;
  /** `ended`: it was killed. */
  readonly kind: "holds" | "lost" | "ended";
  readonly at: number;
}

/** An event that was stored, and who sent it. */
export interface Deed {
  readonly member: string;
  readonly at: number;
  /** The name of its occurrence. */
  readonly name: string;
}

/** Why the lease went from one sensor to another. */
export type Cause = "kill" | "stop" | "freeze" | "cut off" | "broker";

/** The lease went from one sensor to another. */
export interface Takeover {
  readonly cause: Cause;
  /**
   * From the fault until somebody held it again; for the broker, from when it was back, and for a sensor that
   * was asked to stop, from when it had.
   */
  readonly ms: number;
  /** From when the old holder said that it was none until the new one said that it was, where it did. */
  readonly apartMs: number | null;
}

/** The longest that a takeover may last, with two seconds for a busy machine where the broker has to notice. */
const LIMITS_MS: Readonly<Record<Cause, number>> = {
  kill: 1000,
  stop: 1000,
  // The broker gives up whoever is silent within three heartbeats, each of a second.
  freeze: 5000,
  "cut off": 5000,
  // The longest pause between two attempts to connect, and a look.
  broker: 3500,
};

/** What is wrong with takeovers. */
export function problemsOfTakeovers(takeovers: readonly Takeover[]): string[] {
  return takeovers.flatMap(({ cause, ms, apartMs }) => [
    ...ms <= LIMITS_MS[cause] ? [] : [`A takeover after ${cause} took ${ms} ms`],
    ...cause === "cut off" ? problemsOfParting(apartMs) : [],
  ]);
}

function problemsOfParting(apartMs: number | null): string[] {
  if (apartMs === null) return ["A sensor that was cut off never gave up"];
  return apartMs >= 0 ? [] : [`A sensor that was cut off held on for ${-apartMs} ms too long`];
}

/** How long a request of a sensor that ended may have been on its way: an API may be slow. */
const REQUEST_MS = 2000;

/**
 * The events of sensors that did not hold the lease, or of which another had already taken it. What was
 * on its way when a holder was killed is none.
 */
export function trespasses(words: readonly RoleWord[], deeds: readonly Deed[]): string[] {
  const sorted = words.toSorted((a, b) => a.at - b.at);
  const holderAt = (instant: number) =>
    sorted.findLast(({ kind, at }) => kind === "holds" && at <= instant)?.member;
  const wasOnItsWay = ({ member, at }: Deed) =>
    sorted.some((it) =>
      it.kind === "ended" && it.member === member && it.at <= at && at - it.at <= REQUEST_MS &&
      holderAt(it.at) === member
    );
  return deeds.filter((deed) => holderAt(deed.at) !== deed.member && !wasOnItsWay(deed))
    .map(({ member, at, name }) => `${name} by ${member} at ${new Date(at).toISOString()}`);
}

/** The middle one, and the longest; `null` where there are none. */
export function spread(values: readonly number[]): { median: number; max: number } | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [median, max] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return median === undefined || max === undefined ? null : { median, max };
}
