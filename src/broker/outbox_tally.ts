/** A difference that lasts for so many looks in a row is none of what is just on its way. */
const LOOKS = 3;

/** What is to be seen of the outbox at one moment. */
export interface OutboxLook {
  /** Events that nobody holds. */
  readonly waiting: number;
  /** Events that were handed out to this process. */
  readonly held: number;
}

/** Keeps count of what has to be in the outbox, to find that some of it is gone. */
export class OutboxTally {
  /** At least so many are there. */
  #count = 0;
  #putting = 0;
  /** Grows with everything that happens. */
  #moment = 0;
  /** Whether any was taken out since the last look. */
  #wasTaken = false;
  /** What was missing at each of the last looks. */
  #missing: number[] = [];

  /** Whether there is nothing to look for. */
  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** To be asked for before a look, and given with it. */
  get moment(): number {
    return this.#moment;
  }

  /** So many were seen there. */
  found(count: number): void {
    this.#count = Math.max(this.#count, count);
  }

  /** An event is on its way there; {@link endPut} follows. */
  beginPut(): void {
    this.#putting++;
    this.#moment++;
  }

  /** It is there, or not for certain. */
  endPut(isStored: boolean): void {
    this.#putting--;
    this.#moment++;
    if (isStored) this.#count++;
  }

  /** An event was taken out. */
  remove(): void {
    this.#count = Math.max(0, this.#count - 1);
    this.#moment++;
    this.#wasTaken = true;
  }

  /** Another one may put events there and take them out: what was there counts no longer. */
  reset(): void {
    this.#count = 0;
    this.#missing = [];
  }

  /**
   * Compares what is there with what has to be. Returns how many are gone for certain. While an event is put
   * there, nobody knows whether the look has counted it; while events are taken out, others are on their way
   * to this process, and counted by neither side.
   */
  look({ waiting, held }: OutboxLook, moment: number): number {
    const wasTaken = this.#wasTaken;
    this.#wasTaken = false;
    if (wasTaken) this.#missing = [];
    if (wasTaken || moment !== this.#moment || this.#putting > 0) return 0;
    const missing = this.#count - waiting - held;
    if (missing > 0) return this.#miss(missing);
    this.found(waiting + held);
    this.#missing = [];
    return 0;
  }

  #miss(missing: number): number {
    this.#missing.push(missing);
    if (this.#missing.length < LOOKS) return 0;
    const lost = Math.min(...this.#missing);
    this.#missing = [];
    this.#count -= lost;
    return lost;
  }
}
