import { loadConfig } from "../../../src/config/config.ts";
import { runDaemon } from "../../../src/daemon/daemon.ts";
import type { Chance } from "../../../src/ground/chance.ts";
import type { Log } from "../../../src/log/log.ts";
import type { Random } from "../../chaos/random.ts";
import type { BrokerEnd } from "./broker_end.ts";
import type { MachineClock } from "./machine_clock.ts";
import type { PlatformApi } from "./platform_api.ts";

/** How a process ended. */
export type Ending = "killed" | "stopped" | "failed";

/** What a process needs. */
export interface ProcessOptions {
  /** The environment. */
  readonly variables: Readonly<Record<string, string>>;
  readonly clock: MachineClock;
  readonly random: Random;
  readonly api: PlatformApi;
  readonly broker: BrokerEnd;
  readonly said: (level: string, message: string) => void;
  readonly ended: (how: Ending, error: unknown) => void;
}

/**
 * One process of the product's own daemon. It touches the world in deeds alone: requests, and messages to
 * the broker. Once killed it does none and hears of nothing; between two deeds nobody can tell where it was.
 */
export class SensorProcess {
  readonly number: number;
  readonly #options: ProcessOptions;
  readonly #stop = new AbortController();
  readonly #held: (() => void)[] = [];
  #isStalled = false;
  #isOver = false;
  /** Deeds until it is killed. */
  #deedsLeft = Infinity;
  #whenKilled = () => {};

  /** `number`: which of all processes it is. */
  constructor(number: number, options: ProcessOptions) {
    this.number = number;
    this.#options = options;
  }

  /** Whether it stands still. */
  get isStalled(): boolean {
    return this.#isStalled;
  }

  /** Begins. */
  start(): void {
    const { variables, clock, random, api, broker } = this.#options;
    const env = { get: (name: string) => variables[name], toObject: () => ({ ...variables }) };
    const running = runDaemon({
      config: loadConfig(env).config,
      log: this.#log(),
      clock: clock.ofProcess((act) => this.gate(act)),
      chance: chanceOf(random),
      network: {
        fetch: (url, init) => api.fetch(this, url, init),
        connect: (to, signal) => broker.connect(this, to, signal),
      },
      signal: this.#stop.signal,
      uncaught: new AbortController().signal,
    });
    running.then(() => this.#end("stopped", null), (error) => this.#end("failed", error));
  }

  /** SIGTERM. */
  stop(): void {
    this.#stop.abort(new Error("Received SIGTERM"));
  }

  /** Has it killed after so many more deeds. */
  killAfter(deeds: number, killed: () => void): void {
    this.#deedsLeft = deeds;
    this.#whenKilled = killed;
  }

  /** Ends it where it is. */
  kill(): void {
    this.#end("killed", null);
  }

  /** It is about to do something that can be seen outside. Returns `false` where it is no more. */
  acts(): boolean {
    if (this.#isOver) return false;
    if (this.#deedsLeft-- > 0) return true;
    this.#whenKilled();
    return false;
  }

  /** Has it take note of something, as soon as it runs; a process that is no more takes note of nothing. */
  gate(act: () => void): void {
    if (this.#isOver) return;
    if (this.#isStalled) this.#held.push(act);
    else act();
  }

  /** Nothing runs from now on, until {@link resume}. */
  stall(): void {
    this.#isStalled = true;
  }

  /** It goes on. */
  resume(): void {
    this.#isStalled = false;
    for (const act of this.#held.splice(0)) queueMicrotask(() => this.gate(act));
  }

  #end(how: Ending, error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.ended(how, error);
  }

  #log(): Log {
    const { said } = this.#options;
    const at = (level: string) => (message: string) => void (this.#isOver || said(level, message));
    return {
      enabled: (level) => level !== "trace" && level !== "debug",
      trace: () => {},
      debug: () => {},
      info: at("info"),
      warn: at("warn"),
      error: at("error"),
      repeated: (level, _cause, message) => at(level)(message),
    };
  }
}

function chanceOf(random: Random): Chance {
  let names = 0;
  const own = Math.floor(random.next() * 2 ** 32).toString(16);
  return { random: () => random.next(), uuid: () => `${own}-${++names}` };
}
