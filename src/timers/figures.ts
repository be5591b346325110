const FIRST_CAPACITY = 1024;

/** The instant after which a rule's occurrences count. */
export const AFTER_AT = 0;
/** The occurrence last handed out; -Infinity for none. */
export const LAST_AT = 1;
/** The occurrence planned. */
export const PLANNED_AT = 2;
/** How many were fired. */
export const COUNT = 3;
const FIGURES = 4;

/**
 * The figures of timers by slot, those of one side by side: a fire needs them all, and with a million timers
 * each place in memory that is not near the last costs more than what is done with it. Instants are epoch
 * milliseconds.
 */
export class Figures {
  #values = new Float64Array(FIRST_CAPACITY * FIGURES);

  /** A figure of a slot that was opened. */
  get(slot: number, figure: number): number {
    return this.#values[slot * FIGURES + figure] ?? -Infinity;
  }

  /** Sets a figure of a slot that was opened. */
  set(slot: number, figure: number, value: number): void {
    this.#values[slot * FIGURES + figure] = value;
  }

  /** Makes room for a slot, which has fired nothing. */
  open(slot: number): void {
    const needed = (slot + 1) * FIGURES;
    if (needed > this.#values.length) {
      const values = new Float64Array(Math.max(needed, this.#values.length * 2));
      values.set(this.#values);
      this.#values = values;
    }
    this.set(slot, LAST_AT, -Infinity);
    this.set(slot, COUNT, 0);
  }
}
