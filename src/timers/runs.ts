import { NumberRows } from "../collections/number_rows.ts";

/** The first occurrence of the present run; `Infinity` while there is none. */
const FROM = 0;
/** The run before it, if there was one. */
const BEFORE_FROM = 1;
const BEFORE_TO = 2;

/** Occurrences of a rule each of which was handed out, from one instant to another in epoch milliseconds. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/**
 * Which occurrences were handed out, by the slots of the rules: all, but for those of a rule that missed
 * some. Of such a one its last two runs are remembered.
 */
export class Runs {
  #from = -Infinity;
  #rows = new NumberRows(3, -Infinity);

  /** Everything begins anew: all rules hand out each occurrence from this instant on. */
  startFrom(at: number): void {
    this.#from = at;
    this.#rows = new NumberRows(3, -Infinity);
  }

  /** An occurrence is not handed out. */
  breakOff(slot: number, at: number): void {
    const from = this.#rows.get(slot, FROM);
    if (from === Infinity) return;
    this.#rows.set(slot, BEFORE_FROM, from);
    this.#rows.set(slot, BEFORE_TO, at - 1);
    this.#rows.set(slot, FROM, Infinity);
  }

  /** An occurrence is handed out, and those that follow. */
  goOn(slot: number, at: number): void {
    if (this.#rows.get(slot, FROM) === Infinity) this.#rows.set(slot, FROM, at);
  }

  /**
   * A rule is planned anew from an instant, and hands out each occurrence from there on that is not
   * remembered elsewhere. A run that had come that far goes on.
   */
  restart(slot: number, at: number): void {
    if (this.#rows.get(slot, FROM) <= at) return;
    const goesOn = this.#rows.get(slot, BEFORE_TO) >= at;
    this.#rows.set(slot, FROM, goesOn ? Math.min(this.#rows.get(slot, BEFORE_FROM), at) : at);
    if (goesOn) this.#rows.set(slot, BEFORE_TO, -Infinity);
  }

  /** The runs of a rule whose last occurrence that was handed out is at `lastAt`. */
  of(slot: number, lastAt: number): readonly Run[] {
    const runs = [
      { from: this.#rows.get(slot, BEFORE_FROM), to: this.#rows.get(slot, BEFORE_TO) },
      { from: this.#rows.get(slot, FROM), to: lastAt },
    ];
    return runs.map(({ from, to }) => ({ from: Math.max(from, this.#from), to }))
      .filter(({ from, to }) => from <= to && to > -Infinity);
  }
}
