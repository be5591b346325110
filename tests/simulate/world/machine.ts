import { Random } from "../../chaos/random.ts";
import type { ProcessRecord } from "../chronicle.ts";
import { MachineClock } from "./machine_clock.ts";
import { type Ending, SensorProcess } from "./sensor_process.ts";
import type { WorldParts } from "./world.ts";

/** A supervisor starts what ended by itself anew after this. */
const RESTART_MS = 1000;
/** The platform's sensor service kills so long after SIGTERM (contract 1.5). */
const PATIENCE_MS = 5000;
const REIGN_BEGINS = /^(No checkpoint yet|Resuming from the checkpoint|The checkpoint lies)/;
const REIGN_ENDS = /^Lost the lease/;

/** A machine with one sensor on it, and whoever starts that. */
export class Machine {
  readonly number: number;
  readonly #parts: WorldParts;
  readonly #clock: MachineClock;
  readonly #shard: number;
  #process: SensorProcess | null = null;
  #record: ProcessRecord | null = null;
  #isMachineGone = false;
  #mayStartAt = 0;
  #isHealed = false;
  /** Ends the stall that there is, if there is one. */
  #awake = () => {};
  #processes = 0;

  constructor(number: number, parts: WorldParts) {
    this.number = number;
    this.#parts = parts;
    this.#clock = new MachineClock(parts.timeline, 0);
    this.#shard = (number - 1) % parts.setting.shards + 1;
  }

  /** The process that is there, if one is. */
  get process(): SensorProcess | null {
    return this.#process;
  }

  /** Starts a process, where none is. */
  start(): void {
    const { timeline, setting, seed, api, broker, records, variables } = this.#parts;
    if (this.#process !== null || timeline.now < this.#mayStartAt) return;
    const { instances, shards } = setting;
    const record: ProcessRecord = {
      number: records.length + 1,
      machine: this.number,
      shard: this.#shard,
      startedAt: timeline.now,
      endedAt: Infinity,
      how: "running",
      clock: [{ at: timeline.now, offsetMs: this.#clock.now() - timeline.now }],
      stalls: [],
      readings: [],
      reigns: [],
      said: [],
    };
    records.push(record);
    const process = new SensorProcess(record.number, {
      variables: {
        ...variables,
        ATTUNE_HA: String(instances > 1),
        ATTUNE_SHARD: `${this.#shard}/${shards}`,
      },
      clock: this.#clock,
      random: new Random(`${seed}/${this.number}/${++this.#processes}`),
      api,
      broker,
      said: (level, text) => this.#hear(record, level, text),
      ended: (how, error) => this.#ended(record, how, error),
    });
    this.#record = record;
    this.#process = process;
    this.#isMachineGone = false;
    process.start();
  }

  /** Has the process killed after so many more deeds, and started again. */
  kill(deeds: number, isMachine: boolean, downMs: number): void {
    const process = this.#process;
    process?.killAfter(deeds, () => {
      this.#isMachineGone = isMachine;
      this.#startAfter(downMs);
      process.kill();
    });
  }

  /** Asks the process to end, and starts it again. */
  stop(downMs: number): void {
    const process = this.#process;
    if (process === null) return;
    this.#startAfter(downMs);
    process.stop();
    this.#parts.timeline.after(PATIENCE_MS, () => process.kill());
  }

  /** Nothing runs for so long. */
  stall(ms: number, isSuspended: boolean): void {
    const { timeline, broker } = this.#parts;
    const [process, record] = [this.#process, this.#record];
    if (process === null || record === null || process.isStalled) return;
    process.stall();
    broker.stalled(process, ms);
    const stall = { from: timeline.now, until: timeline.now + ms };
    record.stalls.push(stall);
    this.#awake = () => {
      if (record.stalls.at(-1) !== stall || stall.until < timeline.now) return;
      stall.until = timeline.now;
      if (isSuspended) this.#clock.slept(stall.until - stall.from);
      process.resume();
    };
    timeline.after(ms, this.#awake);
  }

  /** Sets the wall clock. */
  step(ms: number): void {
    const { timeline } = this.#parts;
    this.#clock.step(ms);
    this.#record?.clock.push({ at: timeline.now, offsetMs: this.#clock.now() - timeline.now });
  }

  /** Everything that is wrong with it ends. */
  heal(): void {
    this.#isHealed = true;
    this.#mayStartAt = 0;
    this.#process?.killAfter(Infinity, () => {});
    this.#awake();
    this.start();
  }

  #startAfter(ms: number): void {
    const { timeline } = this.#parts;
    if (this.#isHealed) return;
    this.#mayStartAt = timeline.now + ms;
    timeline.after(ms, () => this.start());
  }

  #hear(record: ProcessRecord, level: string, text: string): void {
    const { now } = this.#parts.timeline;
    record.said.push({ at: now, level, text });
    if (REIGN_BEGINS.test(text)) record.reigns.push({ from: now, until: Infinity });
    if (REIGN_ENDS.test(text)) endReign(record, now);
  }

  #ended(record: ProcessRecord, how: Ending, error: unknown): void {
    const { timeline, broker } = this.#parts;
    record.endedAt = timeline.now;
    record.how = how;
    endReign(record, timeline.now);
    if (how === "failed") {
      record.said.push({ at: timeline.now, level: "exit", text: String(error) });
    }
    if (this.#process !== null) broker.ended(this.#process, this.#isMachineGone);
    this.#process = null;
    timeline.after(RESTART_MS, () => this.start());
  }
}

function endReign({ reigns }: ProcessRecord, now: number): void {
  const last = reigns.at(-1);
  if (last !== undefined && last.until === Infinity) last.until = now;
}
