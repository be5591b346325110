import type { Schedule } from "./schedule.ts";

/** A rule with a jitter asks for one occurrence, for the next and for the one after that. */
const KEPT_ANSWERS = 3;

interface Answer {
  readonly after: number;
  readonly next: number | null;
}

/** A schedule that many share, who ask much the same of it at the same time: it keeps its last answers. */
export abstract class Remembered implements Schedule {
  readonly #answers: Answer[] = [];

  next(after: number): number | null {
    for (const answer of this.#answers) {
      if (holdsFor(after, answer)) return answer.next;
    }
    const next = this.search(after);
    if (this.#answers.length === KEPT_ANSWERS) this.#answers.shift();
    this.#answers.push({ after, next });
    return next;
  }

  /** What comes next, for whoever asks for the first time. */
  protected abstract search(after: number): number | null;
}

/** What comes next is the same all the way there. */
function holdsFor(after: number, answer: Answer): boolean {
  return after >= answer.after && (answer.next === null || after < answer.next);
}
