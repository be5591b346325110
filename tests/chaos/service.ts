import { Sensor, type SensorOptions } from "../support/sensor.ts";
import type { Span } from "./expected.ts";
import { resumedFrom } from "./resumption.ts";

/** Between the end of a sensor and the start of the next one, unless told otherwise: systemd's RestartSec. */
const RESTART_MS = 1000;
/** The platform kills what has not ended by then. */
const STOP_LIMIT_MS = 5000;
/** How long the start of a sensor may take while everything around it is well or gets well. */
const PATIENCE_MS = 60_000;
const POLL_MS = 20;

type EndSignal = "SIGKILL" | "SIGTERM";

/** What a service needs to know and to tell. */
export interface Surroundings {
  /** The clock that the sensor goes by. */
  readonly now: () => number;
  /** Is told of each kill. */
  readonly killed: () => void;
  /** Is told of each line that a sensor wrote, soon. */
  readonly said?: (line: string) => void;
  /** Is told of the end of each sensor, after its last line. */
  readonly ended?: () => void;
  /** Ends the waiting for sensors. */
  readonly signal: AbortSignal;
}

/** How a sensor ended. */
export interface Exit {
  readonly code: number;
  /** What it was sent; `null`: it ended by itself. */
  readonly signal: EndSignal | null;
  /** How long after the signal. */
  readonly tookMs: number;
}

interface Running {
  readonly sensor: Sensor;
  readonly startedAt: number;
  isReady: boolean;
  signal: EndSignal | null;
  signalledAt: number;
}

/** Keeps a sensor running as systemd would: one that ends is started again. */
export class Service implements AsyncDisposable {
  /** How each sensor so far ended. */
  readonly exits: Exit[] = [];
  /**
   * From what a sensor had not delivered until the next one was ready, on the clock given: however long
   * that took, it is by this that a rule may skip what was too late.
   */
  readonly gaps: Span[] = [];
  readonly #options: SensorOptions;
  readonly #around: Surroundings;
  readonly #logs: string[] = [];
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;
  #current: Running | null = null;
  #pauseMs = RESTART_MS;
  #downSince: number | null = null;
  #failure: unknown = null;

  /** Starts the first sensor. */
  constructor(options: SensorOptions, around: Surroundings) {
    this.#options = options;
    this.#around = around;
    this.#running = this.#run().catch((error) => this.#failure = error);
  }

  /** What all sensors so far wrote. */
  get log(): string {
    return [...this.#logs, ...this.#current === null ? [] : [logOf(this.#current)]].join("\n");
  }

  /** Whether a sensor is ready, and was not asked to end. */
  get isReady(): boolean {
    return this.#current !== null && this.#current.isReady && this.#current.signal === null;
  }

  /** Resolves as soon as there is a sensor, ready or not, with its age in milliseconds. */
  async started(): Promise<number> {
    return performance.now() - (await this.#sensor(() => true)).startedAt;
  }

  /** Resolves as soon as a sensor is ready. */
  async ready(): Promise<void> {
    await this.#sensor(({ isReady }) => isReady);
  }

  /** Kills the sensor that is there, ready or not; the next one starts after the pause. */
  async kill(pauseMs: number = RESTART_MS): Promise<void> {
    this.#pauseMs = pauseMs;
    while (!await this.#end(await this.#sensor(() => true), "SIGKILL"));
  }

  /** Asks the sensor to stop, once one is ready; the next one starts after the pause. */
  async restart(pauseMs: number = 0): Promise<void> {
    this.#pauseMs = pauseMs;
    while (!await this.#end(await this.#sensor(({ isReady }) => isReady), "SIGTERM"));
  }

  /** The same, but no other one starts. */
  async stop(): Promise<void> {
    await this.ready();
    this.#ending.abort();
    await this.restart();
    await this.#running;
  }

  /** Stops the process where it stands, once it is ready, for so long. */
  async freeze(ms: number): Promise<void> {
    await this.freezeWhile(() => delay(ms));
  }

  /** The same, for as long as something else takes. */
  async freezeWhile(meanwhile: () => Promise<void>): Promise<void> {
    const { sensor } = await this.#sensor(({ isReady }) => isReady);
    const from = this.#around.now();
    trySend(sensor, "SIGSTOP");
    try {
      await meanwhile();
    } finally {
      trySend(sensor, "SIGCONT");
      this.gaps.push({ from, until: this.#around.now() });
    }
  }

  /** Ends everything, however it fares. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    if (this.#current !== null) this.#current.signal ??= "SIGKILL";
    await this.#current?.sensor[Symbol.asyncDispose]();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      await using sensor = await Sensor.start(this.#options);
      const startedAt = performance.now();
      const running = { sensor, startedAt, isReady: false, signal: null, signalledAt: 0 };
      if (this.#ending.signal.aborted) return;
      await this.#live(running);
      await delay(this.#pauseMs);
      this.#pauseMs = RESTART_MS;
    }
  }

  async #live(running: Running): Promise<void> {
    this.#current = running;
    const watching = this.#watch(running);
    const code = await running.sensor.exit();
    this.#current = null;
    this.#downSince ??= this.#around.now();
    const { signal, signalledAt } = running;
    const tookMs = signal === null ? 0 : performance.now() - signalledAt;
    this.exits.push({ code, signal, tookMs });
    this.#logs.push(`${logOf(running)}\n--- ended with code ${code}, signal ${signal}`);
    await watching;
    this.#around.ended?.();
  }

  /** Reads what a sensor writes, to its end. */
  async #watch(running: Running): Promise<void> {
    const { output } = running.sensor;
    for (let seen = 0;; await delay(POLL_MS)) {
      const isLast = this.#current !== running;
      for (; seen < output.length; seen++) this.#heard(running, output[seen] ?? "");
      if (isLast) return;
    }
  }

  #heard(running: Running, line: string): void {
    this.#around.said?.(line);
    const since = resumedFrom(line);
    if (since !== null) {
      this.#downSince = Math.min(since, this.#downSince ?? Infinity);
      // A sensor that stood by is ready long before.
      if (running.isReady && this.#current === running) this.#up();
    }
    if (running.isReady || this.#current !== running) return;
    if (!line.includes('"Timer sensor ready')) return;
    running.isReady = true;
    this.#up();
  }

  #up(): void {
    if (this.#downSince !== null) {
      this.gaps.push({ from: this.#downSince, until: this.#around.now() });
    }
    this.#downSince = null;
  }

  /** Ends a sensor, for good. Whether it was not ended before. */
  async #end(running: Running, signal: EndSignal): Promise<boolean> {
    if (!trySend(running.sensor, signal)) {
      await running.sensor.exit();
      return false;
    }
    if (signal === "SIGKILL") this.#around.killed();
    running.signal = signal;
    running.signalledAt = performance.now();
    this.#downSince ??= this.#around.now();
    const late = setTimeout(() => trySend(running.sensor, "SIGKILL"), STOP_LIMIT_MS);
    await running.sensor.exit();
    clearTimeout(late);
    return true;
  }

  /** The sensor of the present, as soon as it is `wanted`. */
  async #sensor(wanted: (running: Running) => boolean): Promise<Running> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      this.#around.signal.throwIfAborted();
      if (this.#failure !== null) throw this.#failure;
      const running = this.#current;
      if (running !== null && running.signal === null && wanted(running)) return running;
      if (performance.now() > deadline) throw new Error("No sensor came up");
      await delay(POLL_MS);
    }
  }
}

/** Whether the process was still there. */
function trySend(sensor: Sensor, signal: Deno.Signal): boolean {
  try {
    sensor.kill(signal);
    return true;
  } catch {
    return false;
  }
}

function logOf({ sensor }: Running): string {
  return [`--- sensor with pid ${sensor.pid}`, ...sensor.output, sensor.stderr].join("\n");
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
