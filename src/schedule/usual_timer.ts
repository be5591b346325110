import type { NamedDates } from "./timer.ts";
import type { Zone } from "./zone.ts";

/** What most timers answer; a kind that has more to say says it itself. */
export abstract class UsualTimer {
  get zone(): Zone | null {
    return null;
  }

  get onceAt(): number | null {
    return null;
  }

  get isOnce(): boolean {
    return false;
  }

  get keepsPace(): boolean {
    return false;
  }

  get dates(): NamedDates | null {
    return null;
  }
}
