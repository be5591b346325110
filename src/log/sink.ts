import { type Clock, sleep } from "../ground/clock.ts";

/** Counted in the characters of the lines. */
const CAPACITY = 1024 * 1024;
/** One write takes this much, or one line if that is longer. */
const BATCH = 64 * 1024;
/** How long a line may wait for others: a write costs more than all the rest of a line. */
const GATHER_MS = 50;
/** How long to wait after a failed write: a full disk or a busy pipe may recover. */
const RETRY_PAUSE_MS = 200;
const FLUSH_LIMIT_MS = 500;

/** Writes some of the bytes and tells how many; `Deno.stdout` is one. */
export interface Writer {
  write(bytes: Uint8Array): Promise<number>;
}

/**
 * Lines on their way out, at most a million characters of them. Taking a line never waits: while the reader does not
 * keep up the newest lines are dropped, and once it reads again one line says how many.
 */
export class LogSink implements AsyncDisposable {
  readonly #writer: Writer;
  readonly #clock: Clock;
  readonly #dropNotice: (count: number) => string;
  readonly #encoder = new TextEncoder();
  readonly #stop = new AbortController();
  #queue: string[] = [];
  /** The characters queued or being written. */
  #length = 0;
  #dropped = 0;
  #drained: Promise<void> | null = null;
  /** Resolved where the lines at hand are not to wait for others. */
  #hurry = Promise.withResolvers<void>();

  /** `dropNotice` makes the line that tells of dropped ones. */
  constructor(writer: Writer, clock: Clock, dropNotice: (count: number) => string) {
    this.#writer = writer;
    this.#clock = clock;
    this.#dropNotice = dropNotice;
  }

  /** Nothing can be written any more: the reader is gone, or the sink was disposed of. */
  get isClosed(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Takes a line that ends in a line feed. */
  push(line: string): void {
    if (this.isClosed) return;
    // Once one is dropped all are, so that the notice stands exactly where lines are missing.
    if (this.#dropped > 0 || this.#length + line.length > CAPACITY) this.#dropped++;
    else this.#enqueue(line);
    this.#drained ??= this.#drain();
  }

  /** What was taken so far is written at once. */
  hurry(): void {
    this.#hurry.resolve();
  }

  /**
   * Waits until everything is written, half a second at most, and closes. A write that is stuck stays
   * so: the runtime cannot take it back, and it keeps a process from ending by itself.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.hurry();
    if (this.#drained !== null && !this.isClosed) {
      const late = Promise.withResolvers<void>();
      using _limit = this.#clock.alarm(FLUSH_LIMIT_MS, late.resolve);
      await Promise.race([this.#drained, late.promise]);
    }
    this.#stop.abort();
  }

  #enqueue(line: string): void {
    this.#queue.push(line);
    this.#length += line.length;
    if (this.#length >= BATCH) this.hurry();
  }

  async #drain(): Promise<void> {
    await this.#gather();
    while (!this.isClosed && (this.#queue.length > 0 || this.#dropped > 0)) {
      // Only now, when everything from before the gap is out: one notice for one stall.
      if (this.#queue.length === 0) this.#enqueueNotice();
      const batch = this.#takeBatch();
      await this.#write(this.#encoder.encode(batch));
      this.#length -= batch.length;
    }
    this.#drained = null;
  }

  /** Waits for more lines. Never at once, so that whoever drains knows of that before it can end. */
  async #gather(): Promise<void> {
    using _limit = this.#clock.alarm(GATHER_MS, this.#hurry.resolve);
    await this.#hurry.promise;
    this.#hurry = Promise.withResolvers();
  }

  #enqueueNotice(): void {
    this.#enqueue(this.#dropNotice(this.#dropped));
    this.#dropped = 0;
  }

  #takeBatch(): string {
    let count = 0;
    let length = 0;
    for (const line of this.#queue) {
      if (count > 0 && length + line.length > BATCH) break;
      count++;
      length += line.length;
    }
    return this.#queue.splice(0, count).join("");
  }

  async #write(bytes: Uint8Array): Promise<void> {
    let rest = bytes;
    while (rest.length > 0 && !this.isClosed) {
      const written = await this.#writeSome(rest);
      if (written === 0) await this.#pause();
      rest = rest.subarray(written);
    }
  }

  async #writeSome(bytes: Uint8Array): Promise<number> {
    try {
      return await this.#writer.write(bytes);
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.BadResource) {
        this.#stop.abort();
        this.#queue = [];
      }
      return 0;
    }
  }

  async #pause(): Promise<void> {
    try {
      await sleep(this.#clock, RETRY_PAUSE_MS, this.#stop.signal);
    } catch {
      // Closed meanwhile: there is nothing left to wait for.
    }
  }
}
