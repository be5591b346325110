/** What waits may grow by in a minute and mean nothing: so many events, or this share of those asked for. */
const LEAST_GROWTH = 60;
const LEAST_SHARE = 0.05;

/** What was done in a minute, and what waits at its end. */
export interface Minute {
  readonly fires: number;
  readonly stored: number;
  /** Events in memory and in the outbox. */
  readonly waiting: number;
}

/** Events a second. */
export interface Rates {
  readonly asked: number;
  readonly taken: number;
}

/** How many events the rules ask for and how many the API takes, minute by minute. */
export class Load {
  #rates: Rates = { asked: 0, taken: 0 };
  #isOver = false;
  #waiting = 0;
  #isDown = false;
  #wasDown = false;

  /** The rates of the last whole minute. */
  get rates(): Rates {
    return this.#rates;
  }

  /** Whether the rules ask for more than the API takes: it answers, and what waits grows all the same. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Nothing gets through to the API, or something does again: what waits then says nothing of the load. */
  noteOutage(isDown: boolean): void {
    this.#isDown = isDown;
    this.#wasDown = true;
  }

  /** A minute is over. */
  take({ fires, stored, waiting }: Minute): void {
    const growth = waiting - this.#waiting;
    this.#rates = { asked: fires / 60, taken: stored / 60 };
    this.#isOver = !this.#wasDown && fires > stored &&
      growth >= Math.max(LEAST_GROWTH, LEAST_SHARE * fires);
    this.#waiting = waiting;
    this.#wasDown = this.#isDown;
  }
}
