/** Taken items are let go of together, once they are this many and the greater part. */
const CUT_AT = 16;

/** A queue whose head is taken in constant time, however long it is. */
export class Fifo<T> {
  #items: T[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  get first(): T | undefined {
    return this.#items[this.#head];
  }

  get second(): T | undefined {
    return this.#items[this.#head + 1];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (this.#head < this.#items.length) this.#head++;
    if (this.#head === this.#items.length) this.#cut();
    else if (this.#head >= CUT_AT && this.#head * 2 > this.#items.length) this.#cut();
    return item;
  }

  /** Takes the item after the head. */
  removeSecond(): T | undefined {
    return this.#items.splice(this.#head + 1, 1)[0];
  }

  /** Takes everything from the `from`th item on. */
  clear(from = 0): T[] {
    return this.#items.splice(this.#head + from);
  }

  #cut(): void {
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }
}
