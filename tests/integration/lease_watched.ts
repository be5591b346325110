import type { Backoff } from "../../src/ground/backoff.ts";
import type { Connect } from "../../src/broker/channel.ts";
import type { LeaseNews } from "../../src/broker/news.ts";
import type { Tenure } from "../../src/domain/tenure.ts";
import { Lease } from "../../src/broker/lease.ts";
import { systemChance } from "../../src/ground/chance.ts";
import { type Clock, systemClock } from "../../src/ground/clock.ts";
import { patiently } from "./broker_feed.ts";

/** A holder's pause after each answer of the broker: by this a test knows of the answer. */
const PROVE_MS = 500;

/** What a lease of a test wants otherwise. */
export interface WatchedLeaseOptions {
  readonly url: string;
  readonly connect?: Connect;
  readonly clock?: Clock;
  readonly backoff?: Backoff;
}

/** Something that a lease told. */
export interface Told {
  readonly lease: WatchedLease;
  readonly line: string;
  /** On the monotonic clock of this process. */
  readonly at: number;
}

/** A lease, and how it fares. */
export class WatchedLease implements AsyncDisposable {
  /** Those that it had. */
  readonly tenures: Tenure[] = [];
  readonly #rivals: Rivals;
  readonly #lease: Lease;
  readonly #end = new AbortController();
  readonly #tenures: Promise<void>;
  #proofs = 0;

  /** Competes at once. */
  constructor(rivals: Rivals, { url, connect, clock = systemClock, backoff }: WatchedLeaseOptions) {
    this.#rivals = rivals;
    const tell = (line: string) => rivals.tell({ lease: this, line, at: performance.now() });
    const watched: Clock = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      alarm: (delayMs, wake) => {
        if (delayMs === PROVE_MS) this.#proofs++;
        rivals.changed();
        return clock.alarm(delayMs, wake);
      },
    };
    this.#lease = new Lease({
      url,
      connect,
      queue: rivals.queue,
      clock: watched,
      chance: systemChance,
      ...(backoff === undefined ? {} : { backoff }),
      refused: (reason) => tell(`refused: ${reason}`),
      tell: (news) => news.kind === "lease_in_reach" || tell(lineOf(news)),
    });
    this.#tenures = this.#follow(this.#lease.tenures(this.#end.signal));
  }

  get isHeld(): boolean {
    return this.#lease.isHeld;
  }

  /** Everything that it told. */
  get lines(): string[] {
    return this.#rivals.told.filter(({ lease }) => lease === this).map(({ line }) => line);
  }

  /** Waits until it told `count` lines that begin so, from the first on. Returns the last of them. */
  async until(beginning: string, count = 1): Promise<Told> {
    const found = () =>
      this.#rivals.told.filter(({ lease, line }) => lease === this && line.startsWith(beginning));
    return await this.#rivals.when(() => found()[count - 1], beginning);
  }

  /** Waits until it holds the lease, or does not. */
  async untilHeld(isHeld = true): Promise<void> {
    await this.#rivals.when(() => this.isHeld === isHeld ? true : undefined, `held ${isHeld}`);
  }

  /** Waits for so many more answers of the broker to it as the holder. */
  async proven(count = 1): Promise<void> {
    const wanted = this.#proofs + count;
    await this.#rivals.when(() => this.#proofs >= wanted ? true : undefined, `${count} proofs`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#lease[Symbol.asyncDispose]();
    await this.#tenures;
  }

  /** Takes part in each of its tenures. */
  async #follow(tenures: AsyncIterable<Tenure>): Promise<void> {
    for await (const tenure of tenures) this.tenures.push(tenure);
  }
}

function lineOf(news: Exclude<LeaseNews, { kind: "lease_in_reach" }>): string {
  switch (news.kind) {
    case "lease_acquired":
      return "acquired";
    case "lease_lost":
      return `lost: ${news.reason}`;
    case "instances_counted":
      return `instances ${news.count}`;
    case "lease_out_of_reach":
      return `disconnected ${news.error.fault}: ${news.error.message}`;
    case "lease_warning":
      return `warning: ${news.text}`;
    default:
      return news satisfies never;
  }
}

/** Leases that compete for the same queue, which no other test uses. */
export class Rivals implements AsyncDisposable {
  readonly queue: string = `lease.${crypto.randomUUID().slice(0, 8)}`;
  /** What all of them told, in order. */
  readonly told: Told[] = [];
  readonly leases: WatchedLease[] = [];
  readonly #waiting = new Set<() => void>();

  /** Adds one, which competes at once. */
  add(options: WatchedLeaseOptions): WatchedLease {
    const lease = new WatchedLease(this, options);
    this.leases.push(lease);
    return lease;
  }

  /** How many hold it at this moment. */
  get held(): number {
    return this.leases.filter(({ isHeld }) => isHeld).length;
  }

  /** Waits for somebody to tell that it holds the lease, from the `from`th thing told on. */
  async acquired(from = 0): Promise<Told> {
    const found = () => this.told.slice(from).find(({ line }) => line === "acquired");
    return await this.when(found, "acquired");
  }

  /** Waits until there is what a test looks for. */
  async when<T>(find: () => T | undefined, what: string): Promise<T> {
    const found = Promise.withResolvers<T>();
    const check = () => {
      const it = find();
      if (it !== undefined) found.resolve(it);
    };
    this.#waiting.add(check);
    check();
    try {
      return await patiently(found.promise, () => `No '${what}' in:\n${this.#text()}`);
    } finally {
      this.#waiting.delete(check);
    }
  }

  /** For the leases. */
  tell(told: Told): void {
    this.told.push(told);
    this.changed();
  }

  /** For the leases: something else may have changed. */
  changed(): void {
    for (const check of this.#waiting) check();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.leases.map((lease) => lease[Symbol.asyncDispose]()));
  }

  #text(): string {
    return this.told.map(({ lease, line }) => `${this.leases.indexOf(lease)} ${line}`).join("\n");
  }
}
