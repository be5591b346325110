import type { Connect } from "../../../src/broker/channel.ts";
import { MemoryBroker } from "../../support/memory_broker.ts";
import { MemoryConnection } from "../../support/memory_connection.ts";
import type { SensorProcess } from "./sensor_process.ts";
import type { Timeline } from "./timeline.ts";

/** Silence for so many heartbeats ends a connection for the client, and then for the broker. */
const CLIENT_HEARTBEATS = 2;
const BROKER_HEARTBEATS = 3;

type Target = Parameters<Connect>[0];

/** What the broker tells whoever watches. */
export interface BrokerWatch {
  /** It has taken in a message. */
  took(queue: string, body: Uint8Array): void;
  /** It has heard something of a process. */
  said(process: SensorProcess): void;
}

interface Open {
  readonly process: SensorProcess;
  readonly connection: MemoryConnection;
  readonly heartbeatMs: number;
}

/** The broker, and what lies between it and each process. */
export class BrokerEnd {
  readonly broker: ObservedBroker;
  readonly #timeline: Timeline;
  readonly #watch: BrokerWatch;
  readonly #open = new Set<Open>();
  readonly #frozen = new Map<SensorProcess, PromiseWithResolvers<void>>();
  /** Messages until a process is cut off. */
  readonly #cuts = new Map<SensorProcess, { left: number; readonly isHalfOpen: boolean }>();
  #isDown = false;

  constructor(timeline: Timeline, watch: BrokerWatch) {
    this.#timeline = timeline;
    this.#watch = watch;
    this.broker = new ObservedBroker(watch);
  }

  /** Whether the broker takes a process for a consumer of a queue. */
  isConsumer(process: SensorProcess, queue: string): boolean {
    return this.#of(process).some(({ connection }) => connection.consumes(queue));
  }

  /** Connects a process. */
  async connect(
    process: SensorProcess,
    { address }: Target,
    signal: AbortSignal,
  ): Promise<Awaited<ReturnType<Connect>>> {
    if (!process.acts()) await new Promise(() => {});
    const given = Promise.withResolvers<never>();
    given.promise.catch(() => {/* open before */});
    signal.addEventListener("abort", () => given.reject(signal.reason), { once: true });
    for (let frozen = this.#frozen.get(process); frozen; frozen = this.#frozen.get(process)) {
      await Promise.race([frozen.promise, given.promise]);
    }
    signal.throwIfAborted();
    if (this.#isDown) throw socketError("ECONNREFUSED", "connect ECONNREFUSED");
    const model = new MemoryConnection(this.broker, {
      speaks: () => process.acts(),
      toBroker: (pass) =>
        queueMicrotask(() => {
          this.#convey(process, pass);
          this.#watch.said(process);
        }),
      toClient: (pass) => queueMicrotask(() => process.gate(() => this.#convey(process, pass))),
    });
    const { heartbeatSeconds } = address;
    const open = { process, connection: model, heartbeatMs: heartbeatSeconds * 1000 };
    this.#open.add(open);
    model.once("close", () => this.#open.delete(open));
    signal.addEventListener("abort", () => model.breakOff(signal.reason), { once: true });
    return { model, heartbeatSeconds };
  }

  /** A process is no more. Where its machine is gone too nobody tells the broker, who waits for heartbeats. */
  ended(process: SensorProcess, isMachineGone: boolean): void {
    const isSilent = isMachineGone || this.#frozen.has(process);
    this.#cuts.delete(process);
    this.#frozen.delete(process);
    for (const open of this.#of(process)) {
      this.#open.delete(open);
      if (isSilent) this.#giveUpLater(open);
      else open.connection.hangUp();
    }
  }

  /** Nothing passes from now on, until {@link thaw}. */
  freeze(process: SensorProcess): void {
    if (this.#frozen.has(process)) return;
    const frozen = Promise.withResolvers<void>();
    this.#frozen.set(process, frozen);
    const isSilent = () => this.#frozen.get(process) === frozen;
    for (const open of this.#of(process)) {
      open.connection.freeze();
      this.#timeline.after(open.heartbeatMs * CLIENT_HEARTBEATS, () => {
        if (!isSilent() || !this.#open.has(open)) return;
        process.gate(() => open.connection.abandon(new Error("Heartbeat timeout")));
        // The broker hears of that as soon as anything passes.
        frozen.promise.then(() => open.connection.giveUp());
      });
      this.#timeline.after(open.heartbeatMs * BROKER_HEARTBEATS, () => {
        if (isSilent()) open.connection.giveUp();
      });
    }
  }

  /** The end of {@link freeze}: what was held back arrives. */
  thaw(process: SensorProcess): void {
    this.#frozen.get(process)?.resolve();
    this.#frozen.delete(process);
    for (const { connection } of this.#of(process)) connection.thaw();
  }

  /** A process stands still: it sends no heartbeats. */
  stalled(process: SensorProcess, ms: number): void {
    for (const open of this.#of(process)) {
      if (ms <= open.heartbeatMs * CLIENT_HEARTBEATS) continue;
      this.#timeline.after(open.heartbeatMs * CLIENT_HEARTBEATS, () => {
        open.connection.giveUp();
        process.gate(() => open.connection.breakOff(socketError("ECONNRESET", "read ECONNRESET")));
      });
    }
  }

  /** Breaks the connections of a process after so many messages; half open: the broker does not notice. */
  cutAfter(process: SensorProcess, messages: number, isHalfOpen: boolean): void {
    this.#cuts.set(process, { left: messages, isHalfOpen });
  }

  /** No broker is there from now on, until {@link up}; what is durable stays. */
  down(): void {
    this.#isDown = true;
    this.broker.stop();
  }

  /** The end of {@link down}. */
  up(): void {
    this.#isDown = false;
  }

  #of(process: SensorProcess): Open[] {
    return [...this.#open].filter((it) => it.process === process);
  }

  #convey(process: SensorProcess, pass: () => void): void {
    const cut = this.#cuts.get(process);
    if (cut !== undefined && cut.left-- <= 0) {
      this.#cuts.delete(process);
      this.#cut(process, cut.isHalfOpen);
    }
    pass();
  }

  #cut(process: SensorProcess, isHalfOpen: boolean): void {
    const error = socketError("ECONNRESET", "read ECONNRESET");
    for (const open of this.#of(process)) {
      if (!isHalfOpen) open.connection.breakOff(error);
      else {
        this.#giveUpLater(open);
        queueMicrotask(() => open.connection.abandon(error));
      }
    }
  }

  #giveUpLater({ connection, heartbeatMs }: Open): void {
    this.#timeline.after(heartbeatMs * BROKER_HEARTBEATS, () => connection.giveUp());
  }
}

/** A broker that tells what it takes in. */
class ObservedBroker extends MemoryBroker {
  readonly #watch: BrokerWatch;

  constructor(watch: BrokerWatch) {
    super();
    this.#watch = watch;
  }

  override took(queue: string, body: Uint8Array): void {
    this.#watch.took(queue, body);
  }
}

function socketError(code: string, text: string): Error {
  return Object.assign(new Error(text), { code });
}
