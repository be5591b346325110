/** At least so many come between two sorts. */
const LEAST_SLACK = 64;

/** What something is ordered by, and then by its number. */
export interface Ranked {
  readonly key: number | string;
  readonly id: number;
}

/** The first so many of any number of things, in order, without keeping the others. */
export class Top<T extends Ranked> {
  readonly #size: number;
  readonly #sign: 1 | -1;
  #kept: T[] = [];
  /** What comes behind this is not among the first. */
  #last: T | undefined;

  constructor(size: number, order: "asc" | "desc") {
    this.#size = size;
    this.#sign = order === "asc" ? 1 : -1;
  }

  /** Offers one. */
  offer(it: T): void {
    if (this.#last !== undefined && this.#compare(it, this.#last) > 0) return;
    // Now and then, so that each costs little; and not too seldom, so that no sort takes long: what is
    // in order already costs a sort next to nothing.
    if (this.#kept.push(it) >= this.#size + Math.max(LEAST_SLACK, this.#size / 4)) this.#cut();
  }

  /** The first ones, in order. */
  take(): readonly T[] {
    this.#cut();
    return this.#kept;
  }

  #cut(): void {
    this.#kept.sort((a, b) => this.#compare(a, b));
    if (this.#kept.length >= this.#size) {
      this.#kept.length = this.#size;
      this.#last = this.#kept.at(-1);
    }
  }

  #compare(a: T, b: T): number {
    if (a.key === b.key) return a.id - b.id;
    return a.key < b.key ? -this.#sign : this.#sign;
  }
}
