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
    lagMs: 0,
    ...with_,
  };
}

/** Something that a test may change. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };
