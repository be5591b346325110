import type { Span } from "./expected.ts";

/** The clock that a sensor goes by, which can be set; without ever being set it is the machine's. */
export class SensorClock implements Disposable {
  /** What the clock passed over without showing it. */
  readonly gaps: Span[] = [];
  /** Holds the offset from the machine's clock in milliseconds, for `stepped_sensor.ts`. */
  readonly path: string = Deno.makeTempFileSync({ prefix: "chaos_clock_" });
  #offsetMs = 0;
  #reachedAt = -Infinity;

  constructor() {
    Deno.writeTextFileSync(this.path, "0");
  }

  /** Epoch milliseconds. */
  now(): number {
    return Date.now() + this.#offsetMs;
  }

  /** The latest instant that it ever showed. */
  get reachedAt(): number {
    return Math.max(this.#reachedAt, this.now());
  }

  /** Sets the clock forward, or back where `ms` is negative. */
  step(ms: number): void {
    const from = this.now();
    this.#reachedAt = this.reachedAt;
    this.#offsetMs += ms;
    // Renamed, so that the sensor reads either offset and nothing in between.
    Deno.writeTextFileSync(`${this.path}.new`, String(this.#offsetMs));
    Deno.renameSync(`${this.path}.new`, this.path);
    if (ms > 0) this.gaps.push({ from, until: this.now() });
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path);
  }
}
