const FIRST_ROWS = 1024;

/**
 * Numbers by row and column, those of a row side by side: where there are a million rows, each place in memory
 * that is not near the last costs more than what is done with it.
 */
export class NumberRows {
  readonly #width: number;
  #values: Float64Array;

  /** `width`: the number of columns. */
  constructor(width: number) {
    this.#width = width;
    this.#values = new Float64Array(FIRST_ROWS * width);
  }

  /** A number that was set. */
  get(row: number, column: number): number {
    return this.#values[row * this.#width + column] ?? NaN;
  }

  set(row: number, column: number, value: number): void {
    const place = row * this.#width + column;
    if (place >= this.#values.length) this.#grow(row + 1);
    this.#values[place] = value;
  }

  #grow(rows: number): void {
    const values = new Float64Array(Math.max(rows * this.#width, this.#values.length * 2));
    values.set(this.#values);
    this.#values = values;
  }
}
