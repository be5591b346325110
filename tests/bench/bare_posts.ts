import type { OutboundEvent } from "../../src/domain/event.ts";
import { eventOf } from "../../src/delivery/fire_event.ts";
import type { TimerTable } from "../../src/timers/timer_table.ts";
import { SENSOR_REF, TOKEN } from "./pipeline.ts";

/** One request of a bare loop: what the sensor sends, written out beforehand. */
export interface BarePost {
  readonly url: string;
  readonly init: RequestInit;
}

/** What the sensor would send for everything in a table that is due. */
export function barePosts(url: string, table: TimerTable, now: number): readonly BarePost[] {
  const posts: BarePost[] = [];
  table.takeDue(now, Infinity, {
    fire: (fire) => void posts.push(barePost(url, eventOf(fire, SENSOR_REF))),
    dropped: ({ ruleId }) => {
      throw new Error(`Missed occurrences of ${ruleId}`);
    },
  });
  return posts;
}

/** What the sensor would send for an event. */
export function barePost(url: string, event: OutboundEvent): BarePost {
  return {
    url: `${url}/api/v1/events`,
    init: {
      method: "POST",
      headers: {
        "Accept": "application/json",
        "Authorization": `Bearer ${TOKEN}`,
        "Content-Type": "application/json",
        "Idempotency-Key": event.occurrenceId,
      },
      body: event.body,
    },
  };
}

/** Sends one and reads the answer. Throws unless the event was stored. */
export async function send({ url, init }: BarePost): Promise<void> {
  const response = await fetch(url, init);
  await response.text();
  if (response.status !== 201) throw new Error(`${response.status} instead of 201`);
}

/** Sends all, so many at a time, and returns the milliseconds it took. */
export async function sendAll(posts: readonly BarePost[], concurrency: number): Promise<number> {
  const began = performance.now();
  let next = 0;
  const work = async () => {
    for (let post = posts[next++]; post !== undefined; post = posts[next++]) await send(post);
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return performance.now() - began;
}
