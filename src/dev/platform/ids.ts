/** Gives each name a number, from 1, the first time it is seen. */
export class Ids {
  readonly #ids = new Map<string, number>();

  /** `first` names what has the number 1. */
  constructor(first: string) {
    this.of(first);
  }

  /** Whether `name` has a number. */
  has(name: string): boolean {
    return this.#ids.has(name);
  }

  /** The number of `name`. */
  of(name: string): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const id = this.#ids.size + 1;
    this.#ids.set(name, id);
    return id;
  }
}
