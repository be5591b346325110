/** Rows of one page, as a power of two. */
const PAGE_BITS = 16;
const PAGE_ROWS = 1 << PAGE_BITS;

/**
 * Numbers by row and column, those of a row side by side: where there are a million rows, each place in memory
 * that is not near the last costs more than what is done with it. Grows without being copied.
 */
export class NumberRows {
  readonly #width: number;
  readonly #none: number;
  readonly #pages: Float64Array[] = [];

  /** `width`: the number of columns; `none`: what stands where nothing was set. */
  constructor(width: number, none = 0) {
    this.#width = width;
    this.#none = none;
  }

  /** A number that was set, or `none`. */
  get(row: number, column: number): number {
    const place = (row & (PAGE_ROWS - 1)) * this.#width + column;
    return this.#pages[row >> PAGE_BITS]?.[place] ?? this.#none;
  }

  set(row: number, column: number, value: number): void {
    const page = this.#pages[row >> PAGE_BITS] ?? this.#reach(row >> PAGE_BITS);
    page[(row & (PAGE_ROWS - 1)) * this.#width + column] = value;
  }

  #reach(page: number): Float64Array {
    while (this.#pages.length < page) this.#pages.push(this.#empty());
    return this.#pages[page] = this.#empty();
  }

  #empty(): Float64Array {
    const page = new Float64Array(PAGE_ROWS * this.#width);
    // Not where it is zero: memory that was never touched is not taken.
    return this.#none === 0 ? page : page.fill(this.#none);
  }
}
