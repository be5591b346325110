import type { Duplex } from "node:stream";
import type { Clock } from "../ground/clock.ts";

/** Far from what a process may have open, which is 1024 nearly everywhere. */
const AT_ONCE = 256;
/** How long a connection may take to send its request. */
const PATIENCE_MS = 10_000;

/**
 * The connections of a server. Whoever sends no request in time is cut off, and where there are too
 * many, the one that has waited for longest makes room: a new one, such as a probe's, is always let in.
 */
export class Visitors implements Disposable {
  readonly #clock: Clock;
  /** Those whose request is being answered, and those of whom one is awaited; the oldest first. */
  readonly #answered = new Set<Duplex>();
  readonly #awaited = new Map<Duplex, Disposable>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  [Symbol.dispose](): void {
    for (const visitor of [...this.#awaited.keys(), ...this.#answered]) visitor.destroy();
  }

  /** Lets a connection in. */
  enter(visitor: Duplex): void {
    if (this.#awaited.size + this.#answered.size >= AT_ONCE) this.#makeRoom();
    visitor.once("close", () => this.#leave(visitor));
    this.#awaited.set(visitor, this.#clock.alarm(PATIENCE_MS, () => visitor.destroy()));
  }

  /** The head of its request has come. */
  asks(visitor: Duplex): void {
    this.#leave(visitor);
    this.#answered.add(visitor);
  }

  #leave(visitor: Duplex): void {
    this.#answered.delete(visitor);
    this.#awaited.get(visitor)?.[Symbol.dispose]();
    this.#awaited.delete(visitor);
  }

  #makeRoom(): void {
    const [oldest] = this.#awaited.size > 0 ? this.#awaited.keys() : this.#answered;
    if (oldest === undefined) return;
    this.#leave(oldest);
    oldest.destroy();
  }
}
