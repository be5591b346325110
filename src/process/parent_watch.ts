import type { Clock } from "../ground/clock.ts";

/** Between two looks at the parent's pid. */
const PERIOD_MS = 1000;

/** What watching the parent process needs. */
export interface ParentWatchOptions {
  readonly clock: Clock;
  /** The pid of the process that is our parent now. */
  readonly parentPid: () => number;
  /** Called once, when the parent is no longer the one of the start. */
  readonly orphaned: () => void;
}

/**
 * Watches for the death of the process that started this one, until the result is disposed of. The
 * sensor service gives its children no signal when it dies (contract 1.5).
 *
 * A change of the pid is the sign, and not the number 1: that is the sensor service itself where it runs
 * alone in a container, and elsewhere an orphan may go to another process. On Windows the pid never
 * changes, so nothing is told there.
 */
export function watchParent({ clock, parentPid, orphaned }: ParentWatchOptions): Disposable {
  const first = parentPid();
  let alarm = clock.alarm(PERIOD_MS, look);
  function look() {
    if (parentPid() !== first) return orphaned();
    alarm = clock.alarm(PERIOD_MS, look);
  }
  return { [Symbol.dispose]: () => alarm[Symbol.dispose]() };
}
