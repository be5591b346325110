import { Census } from "../../src/sync/census.ts";
import type { Subject } from "../../src/admin/subject.ts";

/** A sensor that is well, as far as a test does not say otherwise. */
export function subject(now: () => number, with_: Partial<Subject> = {}): Subject {
  return {
    role: "single",
    isStopping: false,
    isFiring: true,
    get handedOutTo() {
      return now();
    },
    timers: 3,
    census: new Census(),
    backlog: { waiting: 0, parked: 0, earliestDueAt: Infinity },
    lagMs: 0,
    takeMaxLagMs: () => 0,
    tokenSecondsToExpiry: null,
    ...with_,
  };
}
