/** The time in which this instance is the one that fires. */
export interface Tenure {
  /** Whether no other instance can be that one at this moment. To be asked before each deed. */
  readonly isHeld: boolean;
  /** Aborted, with the reason, when it is over: from then on another instance may fire. */
  readonly over: AbortSignal;
}

/** The tenure of an instance that is alone: it never ends. */
export function alone(): Tenure {
  return { isHeld: true, over: new AbortController().signal };
}
