import type { Arena } from "./arena.ts";
import type { MixOptions } from "./mix.ts";
import type { Random } from "./random.ts";

/** The first checkpoint has been written by then. */
export const USUAL_WARM_UP_MS = 1500;
/** A durable queue may go with a broker that is killed within three seconds of its declaration. */
export const BROKER_WARM_UP_MS = 4000;

/** One kind of trouble. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  /** How often it happens; not at all where it is no part of the short run. */
  readonly rounds: { readonly long: number; readonly short: number };
  /** About how long a round takes. */
  readonly roundMs: number;
  /** Its rules, where they are not the usual ones. */
  readonly mix?: Partial<Pick<MixOptions, "intervals" | "onMissed">>;
  /** The exit codes with which a sensor may end by itself. */
  readonly ownExits?: readonly number[];
  /** Nothing happens that could make any event late. */
  readonly isCalm?: boolean;
  /** The sensor goes by a clock that can be set. */
  readonly hasOwnClock?: boolean;
  /** How many sensors compete for the lease, where it is not one alone. */
  readonly instances?: number;
  /** How long the first sensor runs before the first round, where not {@link USUAL_WARM_UP_MS}. */
  readonly warmUpMs?: number;
  /** What happens in a round; afterwards everything but the sensor is well again. */
  round(arena: Arena, random: Random): Promise<void>;
}

/** Does several things at the same time, and waits for the end of each even where one of them fails. */
export async function together(
  ...deeds: readonly (Promise<void> | null)[]
): Promise<void> {
  const results = await Promise.allSettled(deeds);
  const failed = results.find((it) => it.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
