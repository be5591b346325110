import type { OutboundEvent } from "../domain/event.ts";
import type { Dropped } from "./backlogs.ts";
import type { Fire } from "./fire.ts";
import type { Resumption } from "./resume.ts";
import type { TimerEntry } from "./timer_records.ts";

/** What the timers did. */
export type TimerNews =
  /** An occurrence fell due and was handed out. */
  | { readonly kind: "timer_fired"; readonly fire: Fire; readonly event: OutboundEvent }
  /** Occurrences of a rule were missed and will not fire. */
  | {
    readonly kind: "occurrences_missed";
    readonly entry: TimerEntry;
    readonly dropped: Dropped;
  }
  /** This process took over where another left off; `windowMs` is how far it catches up. */
  | {
    readonly kind: "timers_resumed";
    readonly resumption: Resumption;
    readonly windowMs: number;
  };
