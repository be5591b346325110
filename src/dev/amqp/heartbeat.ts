import type { Clock } from "../../ground/clock.ts";

// Four half intervals without a byte are the two intervals after which a peer counts as dead.
const SILENT_HALVES_UNTIL_DEAD = 4;

/** Keeps a connection alive and notices a dead peer (section 4.2.7), twice an interval. */
export class Heartbeat implements Disposable {
  readonly #clock: Clock;
  readonly #halfMs: number;
  readonly #on: { beat(): void; dead(): void };
  #silentHalves = 0;
  #alarm: Disposable;

  constructor(clock: Clock, intervalSeconds: number, on: { beat(): void; dead(): void }) {
    this.#clock = clock;
    this.#halfMs = intervalSeconds * 500;
    this.#on = on;
    this.#alarm = this.#nextAlarm();
  }

  /** Something came from the peer. */
  heard(): void {
    this.#silentHalves = 0;
  }

  [Symbol.dispose](): void {
    this.#alarm[Symbol.dispose]();
  }

  #nextAlarm(): Disposable {
    return this.#clock.alarm(this.#halfMs, () => this.#turn());
  }

  #turn(): void {
    this.#alarm = this.#nextAlarm();
    this.#silentHalves++;
    if (this.#silentHalves > SILENT_HALVES_UNTIL_DEAD) this.#on.dead();
    else this.#on.beat();
  }
}
