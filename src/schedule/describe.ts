import { instantText } from "../words/calendar.ts";
import { durationText } from "../words/spans.ts";
import type { Timer } from "./timer.ts";

/** A timer's schedule as one sentence, without a full stop. */
export function describe(timer: Timer): string {
  const { startAt, endAt } = timer.parts;
  return [
    timer.sentence,
    startAt === null ? "" : `, not before ${instantText(startAt)}`,
    endAt === null ? "" : `, only before ${instantText(endAt)}`,
    timer.traits.jitterMs === 0
      ? ""
      : `, each up to ${durationText(timer.traits.jitterMs / 1000)} late`,
  ].join("");
}
