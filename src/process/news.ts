/**
 * What happened to the time. The first of a kind is told at once, those within a minute after it together
 * at the end of that minute: `count` of them, the greatest of `ms`.
 */
export type TimeNews =
  /**
   * Nothing ran for `ms` or somewhat longer, for up to half a second of a stall cannot be seen: the event
   * loop was busy, or the process was stopped.
   */
  | { readonly kind: "loop_stalled"; readonly ms: number; readonly count: number }
  /**
   * The wall clock left the monotonic one by `ms`. Forward is positive: it was set, or the machine was
   * suspended, which on Linux and macOS the monotonic clock sleeps through. Back is negative.
   */
  | { readonly kind: "clock_stepped"; readonly ms: number; readonly count: number };
