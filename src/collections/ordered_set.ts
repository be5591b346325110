/**
 * A set whose first item, in the order in which they were added, is found in constant time. That of a bare
 * `Set` is not: it passes over everything that was taken out before, and there can be very many.
 */
export class OrderedSet<T extends object> {
  readonly #items = new Set<T>();
  #walk = this.#items.values();
  #first: T | undefined;

  /** The item that was added first; one that is there already keeps its place. */
  get first(): T | undefined {
    if (this.#first !== undefined || this.#items.size === 0) return this.#first;
    let next = this.#walk.next();
    if (next.done) {
      // It had come to an end before there were further items.
      this.#walk = this.#items.values();
      next = this.#walk.next();
    }
    return this.#first = next.value;
  }

  add(item: T): void {
    this.#items.add(item);
  }

  delete(item: T): void {
    if (this.#items.delete(item) && item === this.#first) this.#first = undefined;
  }
}
