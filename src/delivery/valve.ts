import type { Outbox } from "../domain/outbox.ts";
import type { Clock } from "../ground/clock.ts";

/** Events on their way into the outbox at the same time; RabbitMQ is busy from about 100 on. */
const PUTS_AT_ONCE = 256;
/** Before an outbox that refused an event is offered one again. */
const PAUSE_MS = 1000;

/** Lets as much into the outbox as it bears. */
export class Valve implements Disposable {
  readonly #outbox: Pick<Outbox, "isUp">;
  readonly #clock: Clock;
  readonly #reopened: () => void;
  #passing = 0;
  #pause: Disposable | null = null;

  /** `reopened` is called at the end of the pause after a refusal. */
  constructor(outbox: Pick<Outbox, "isUp">, clock: Clock, reopened: () => void) {
    this.#outbox = outbox;
    this.#clock = clock;
    this.#reopened = reopened;
  }

  /** Whether events may be put into the outbox: it is up, and has not just refused one. */
  get isOpen(): boolean {
    return this.#outbox.isUp && this.#pause === null;
  }

  /** Whether one more event may be put there now. */
  get hasRoom(): boolean {
    return this.isOpen && this.#passing < PUTS_AT_ONCE;
  }

  /** An event is on its way into the outbox; {@link end} follows. */
  begin(): void {
    this.#passing++;
  }

  /** With an `error` where it is not there. Returns whether that closes the valve. */
  end(error: unknown): boolean {
    this.#passing--;
    if (error === undefined || !this.isOpen) return false;
    this.#pause = this.#clock.alarm(PAUSE_MS, () => {
      this.#pause = null;
      this.#reopened();
    });
    return true;
  }

  [Symbol.dispose](): void {
    this.#pause?.[Symbol.dispose]();
    // What is refused from now on is not offered again.
    this.#pause = { [Symbol.dispose]: () => {} };
  }
}
