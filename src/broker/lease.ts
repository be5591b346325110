import { type Backoff, fullJitter } from "../ground/backoff.ts";
import type { Chance } from "../ground/chance.ts";
import { type Clock, sleep } from "../ground/clock.ts";
import type { Tenure } from "../domain/tenure.ts";
import { aborted } from "../ground/abort.ts";
import type { Tell } from "../ground/tell.ts";
import { BrokerError, isForbidden } from "./fault.ts";
import type { LeaseNews } from "./news.ts";
import { classic, otherLeaseText } from "./queue_type.ts";
import { type BrokerLink, openChannel, openSession, type Session } from "./session.ts";
import type { Channel, Connect } from "./channel.ts";
import type { SessionContext } from "./supervisor.ts";
import { declareQueue } from "./topology.ts";

/** Between two looks of a standby: the most that a take-over after a crash waits. */
const LOOK_MS = 250;
/** Between two proofs of the holder. */
const PROVE_MS = 500;
/** How long a proof holds. */
const LONGEST_MS = 4000;
/** The broker gives a silent client up after two heartbeats at the earliest: the lease ends well before. */
const HEARTBEATS = 1.6;
const RETRY_BASE_MS = 250;
const RETRY_CAP_MS = 2000;

/** Where instances compete. */
export interface LeaseOptions {
  /** `amqp(s)://user:password@host:port/vhost?heartbeat=seconds`. */
  readonly url: string;
  readonly connect?: Connect | undefined;
  /** The queue of which the holder is the one consumer. */
  readonly queue: string;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly backoff?: Backoff;
  readonly tell: Tell<LeaseNews>;
  /** This instance must not run: nothing would keep it from firing beside others. */
  readonly refused: (reason: string) => void;
}

/**
 * A lease in RabbitMQ: whoever is the exclusive consumer of a queue holds it, and proves it anew by each
 * answer of the broker on the consumer's channel. The broker gives the place to another only when it has
 * heard nothing for two heartbeats, or the connection is closed; the lease ends before either can be.
 *
 * Not a single active consumer with messages of its own: a broker that is short of memory stops connections
 * that publish, and this one never does (see src/decisions/one_fires.md).
 */
export class Lease implements AsyncDisposable {
  readonly #options: LeaseOptions;
  readonly #presence: string;
  #session: Session | null = null;
  /** How long a proof holds on the present connection. */
  #holdsMs = 0;
  /** When the latest proof was asked for. */
  #proof: Moment | null = null;
  /** Of the present tenure; `null` between two. */
  #over: AbortController | null = null;
  #next = Promise.withResolvers<Tenure>();
  #instances = 0;

  /** Competes for nothing before {@link tenures}. */
  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#presence = `${options.queue}.instances`;
  }

  /** Whether nobody else can hold it at this moment. To be asked before each deed. */
  get isHeld(): boolean {
    const { clock } = this.#options;
    return this.#proof !== null && clock.monotonic() - this.#proof.monotonic < this.#holdsMs &&
      Math.abs(clock.now() - this.#proof.wall) < this.#holdsMs;
  }

  /**
   * Competes from now on, until it is disposed of: yields each time that this instance holds the lease,
   * after the one before is over. Ends when the signal is aborted, and lets go of nothing then. Throws a
   * `TypeError` when the URL cannot be read.
   */
  tenures(signal: AbortSignal): AsyncIterable<Tenure> {
    this.#session ??= this.#open();
    return this.#tenures(signal);
  }

  /** Gives the lease up, so that another takes over at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#proof = null;
    this.#over = null;
    await this.#session?.[Symbol.asyncDispose]();
  }

  async *#tenures(signal: AbortSignal): AsyncGenerator<Tenure, void> {
    const ended = aborted(signal);
    while (!signal.aborted) {
      const tenure = await Promise.race([this.#next.promise, ended]);
      if (tenure === undefined) return;
      yield tenure;
      await Promise.race([aborted(tenure.over), ended]);
    }
  }

  #open(): Session {
    const { url, connect, queue, clock, chance, backoff, tell } = this.#options;
    const session = openSession({
      url,
      connect,
      name: `attune-core-timer-sensor (${queue})`,
      clock,
      backoff: backoff ?? fullJitter(RETRY_BASE_MS, RETRY_CAP_MS, chance),
      signal: new AbortController().signal,
      begin: (context) => this.#begin(context),
      down: (error, retryMs) => tell({ kind: "lease_out_of_reach", error, retryMs }),
    });
    session.ready.catch(() => {/* disposed of before */});
    return session;
  }

  async #begin(context: SessionContext<BrokerLink>): Promise<void> {
    const { queue, tell, refused } = this.#options;
    this.#holdsMs = holdsMs(context.link.heartbeatSeconds);
    const { warning, isUsable, otherType } = await declareQueue(context.link.model, queue, {});
    if (otherType !== null) return refused(otherLeaseText(queue, otherType));
    if (warning !== null) tell({ kind: "lease_warning", text: warning });
    if (!isUsable) return;
    await this.#appear(context);
    context.signal.addEventListener("abort", () => this.#lose("the connection to RabbitMQ ended"));
    tell({ kind: "lease_in_reach" });
    this.#compete(context).catch(context.fail);
  }

  /** Consumes from a queue that lasts as long as anybody does, to be counted. */
  async #appear(context: SessionContext<BrokerLink>): Promise<void> {
    const channel = await openChannel(context);
    await channel.assertQueue(this.#presence, classic({ durable: true, autoDelete: true }));
    await channel.consume(this.#presence, () => {}, { noAck: true });
  }

  /** Stands by until the place is free, then holds it for as long as the connection lasts. */
  async #compete(context: SessionContext<BrokerLink>): Promise<void> {
    const { queue, clock } = this.#options;
    const look = await openChannel(context);
    for (;;) {
      // Asked first, for each refused attempt is two error lines in the broker's log.
      const { consumerCount } = await look.checkQueue(queue);
      const asked = this.#now();
      const channel = consumerCount === 0 ? await this.#tryToHold(context) : null;
      if (channel !== null) return await this.#hold(channel, asked, context.signal);
      await sleep(clock, LOOK_MS, context.signal);
    }
  }

  /** The channel of the one consumer, or `null` where another was faster. */
  async #tryToHold(context: SessionContext<BrokerLink>): Promise<Channel | null> {
    const channel = await context.link.model.createChannel();
    channel.on("error", () => {/* the attempt rejects as well */});
    const { queue } = this.#options;
    const onMessage = (message: unknown) => {
      if (message !== null) return;
      context.fail(new BrokerError("cancelled", `RabbitMQ cancelled the consumer of '${queue}'`));
    };
    try {
      await channel.consume(queue, onMessage, { exclusive: true });
    } catch (error) {
      if (isForbidden(error)) return null;
      throw error;
    }
    channel.on(
      "close",
      () => context.fail(new BrokerError("lost", "The lease's channel was closed")),
    );
    return channel;
  }

  /** Proves again and again that the broker still has us: it answers on the consumer's channel. */
  async #hold(channel: Channel, acquired: Moment, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    for (let moment = acquired;; moment = this.#now()) {
      const instances = await this.#countInstances(channel, moment);
      signal.throwIfAborted();
      this.#prove(moment, instances);
      await sleep(clock, PROVE_MS, signal);
    }
  }

  /** The proof before may end while the broker takes its time; not any more once it has answered. */
  async #countInstances(channel: Channel, moment: Moment): Promise<number> {
    const lapsed = () => this.#lose("RabbitMQ does not answer");
    using _lapse = this.#options.clock.alarm(this.#leftMs(moment), lapsed);
    return (await channel.checkQueue(this.#presence)).consumerCount;
  }

  /** Until the proof before ends, which was asked for before this one. */
  #leftMs({ monotonic }: Moment): number {
    return Math.max(0, (this.#proof ?? { monotonic }).monotonic + this.#holdsMs - monotonic);
  }

  #prove(moment: Moment, instances: number): void {
    this.#proof = moment;
    // An answer that came too late proves nothing: the next one will.
    if (!this.isHeld) return this.#lose("RabbitMQ answers too late");
    if (this.#over === null) this.#acquire();
    if (instances !== this.#instances) {
      this.#options.tell({ kind: "instances_counted", count: instances });
    }
    this.#instances = instances;
  }

  #acquire(): void {
    const over = new AbortController();
    this.#over = over;
    this.#options.tell({ kind: "lease_acquired" });
    const isHeld = () => !over.signal.aborted && this.isHeld;
    this.#next.resolve({
      get isHeld() {
        return isHeld();
      },
      over: over.signal,
    });
  }

  #lose(reason: string): void {
    this.#proof = null;
    this.#instances = 0;
    const over = this.#over;
    if (over === null) return;
    this.#over = null;
    this.#next = Promise.withResolvers();
    this.#options.tell({ kind: "lease_lost", reason });
    over.abort(new Error(reason));
  }

  #now(): Moment {
    const { clock } = this.#options;
    return { monotonic: clock.monotonic(), wall: clock.now() };
  }
}

/** One moment on both clocks: the monotonic one may sleep while the machine is suspended. */
interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

/** How long a proof holds, by the heartbeat agreed on; without heartbeats nobody is ever given up. */
function holdsMs(heartbeatSeconds: number): number {
  const endsMs = heartbeatSeconds === 0 ? Infinity : heartbeatSeconds * HEARTBEATS * 1000;
  return Math.min(LONGEST_MS, endsMs);
}
