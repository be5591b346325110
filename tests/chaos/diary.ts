import type { Disturbance } from "./evidence.ts";

/** How far behind the sensor's checkpoint may be while all is well. */
const CHECKPOINT_LAG_MS = 5000;

/** What was done to a sensor's world, by the platform's clock: what explains that occurrences came twice. */
export class Diary {
  sensorKills = 0;
  brokerFaults = 0;
  brokerKills = 0;
  outages = 0;
  readonly disturbances: Disturbance[] = [];
  /** When the sensor could not record what it had seen to. */
  readonly #stalls: { readonly from: number; until: number }[] = [];

  /** The sensor was just killed. */
  sensorKilled(): void {
    this.sensorKills++;
    this.deposed();
  }

  /** The sensor that fired can no longer: another one goes on from its last checkpoint. */
  deposed(at: number = Date.now()): void {
    const since = this.#stalls.filter(({ until }) => until > at - CHECKPOINT_LAG_MS)
      .reduce((earliest, { from }) => Math.min(earliest, from), at);
    this.disturbances.push({ kind: "crash", since: since - CHECKPOINT_LAG_MS, at });
  }

  /** Answers get lost from now on until the result is disposed of. */
  answersLost(): Disposable {
    const from = Date.now();
    // Known at once, for what it explains may be asked about while it lasts.
    const open: Disturbance = { kind: "answers lost", from, until: Infinity };
    this.disturbances.push(open);
    return {
      [Symbol.dispose]: () => {
        const index = this.disturbances.indexOf(open);
        this.disturbances[index] = { ...open, until: Date.now() };
      },
    };
  }

  /**
   * Events or records of them get stuck from now on, until `aftermathMs` after the result is disposed of:
   * whatever was seen to meanwhile, a sensor killed in this time may see to once more.
   */
  stalled(aftermathMs = 0): Disposable {
    const stall = { from: Date.now(), until: Infinity };
    this.#stalls.push(stall);
    return { [Symbol.dispose]: () => void (stall.until = Date.now() + aftermathMs) };
  }
}
