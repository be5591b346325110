/** Keeps what was made, as far as it was used lately: at most `limit` values. */
export class Cache<K, V> {
  readonly #limit: number;
  readonly #values = new Map<K, V>();
  /** What was asked for last, which is asked for often: to move it to the end again would be dear. */
  #latest: { readonly key: K; readonly value: V } | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The value of a key, made if it is not kept. */
  get(key: K, make: () => V): V {
    if (this.#latest?.key === key) return this.#latest.value;
    const value = this.#use(key, make);
    this.#latest = { key, value };
    return value;
  }

  #use(key: K, make: () => V): V {
    const kept = this.#values.get(key);
    // As long as there is room, who was used when is not worth the work.
    if (kept !== undefined && this.#values.size <= this.#limit / 2) return kept;
    const value = kept ?? make();
    // A Map remembers the order of insertion: its first key is the one not used for longest.
    if (kept !== undefined) this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size > this.#limit) {
      for (const oldest of this.#values.keys()) {
        this.#values.delete(oldest);
        break;
      }
    }
    return value;
  }
}
