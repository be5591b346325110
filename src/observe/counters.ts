import { Lateness } from "./lateness.ts";
import { Load } from "./load.ts";
import type { News } from "./news.ts";

/** What became of events since the start, each counted once. */
export interface EventCounts {
  /** Created on the platform. */
  stored: number;
  /** Refused for good, and put among the dead letters. */
  refused: number;
  /** Put into the outbox. */
  parked: number;
  /** Lost, because too many waited in memory. */
  dropped: number;
  /** Lost, because they were in the outbox for too long. */
  expired: number;
  /** Of rules that no longer exist. */
  discarded: number;
  /** Found twice in the outbox. */
  duplicate: number;
  /** Lost by the broker, which had confirmed them. */
  lost: number;
}

/** Counts what log, page and metrics have in common. */
export class Counters {
  readonly events: EventCounts = {
    stored: 0,
    refused: 0,
    parked: 0,
    dropped: 0,
    expired: 0,
    discarded: 0,
    duplicate: 0,
    lost: 0,
  };
  /** How late occurrences were handed out, since whoever reads it last began anew. */
  readonly lateness: Lateness = new Lateness();

  /** What the rules ask for and the API takes, as whoever sums up a minute has it. */
  readonly load: Load = new Load();

  /** Events that never will be on the platform, though their rule is. */
  get failed(): number {
    const { refused, dropped, expired } = this.events;
    return refused + dropped + expired;
  }

  /** Takes news. */
  listen(news: News): void {
    switch (news.kind) {
      case "timer_fired":
        return this.lateness.add(news.fire.firedAt - news.fire.dueAt);
      case "event_stored":
        return void this.events.stored++;
      case "event_refused":
        return void this.events.refused++;
      case "event_parked":
        return void this.events.parked++;
      case "event_dropped":
        return void this.events.dropped++;
      case "event_expired":
        return void this.events.expired++;
      case "event_discarded":
        return void this.events.discarded++;
      case "event_duplicate":
        return void this.events.duplicate++;
      case "parked_events_lost":
        return void (this.events.lost += news.count);
      case "circuit_opened":
        return this.load.noteOutage(true);
      case "circuit_closed":
        return this.load.noteOutage(false);
    }
  }
}
