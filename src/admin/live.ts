import type { Clock } from "../ground/clock.ts";
import { answer, problem } from "./answers.ts";

/** Between two snapshots. */
const PERIOD_MS = 1000;
/** Clients at the same time; a browser has one for each window with the page that can be seen. */
const AT_ONCE = 16;
/** Snapshots that a client may leave unread. It misses nothing: each one says everything. */
const PATIENCE = 10;
const HEAD = new TextEncoder().encode(`retry: ${2 * PERIOD_MS}\n\n`);

interface Client {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** Snapshots that it was not given because the one before was not read. */
  skipped: number;
}

/** What there is to be told, and whom to tell when that fails. */
export interface LiveOptions {
  readonly clock: Clock;
  /** Makes a snapshot, which is written as JSON. */
  readonly snapshot: () => unknown;
  readonly failed: (error: unknown) => void;
}

/**
 * Tells whoever listens how things are, once a second, as server-sent events. One snapshot serves all,
 * and none is made while nobody listens.
 */
export class Live implements Disposable {
  readonly #options: LiveOptions;
  readonly #clients = new Set<Client>();
  #alarm: Disposable | null = null;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  /** The answer to a request: a stream that ends when either side ends it. */
  answer(): Response {
    if (this.#clients.size >= AT_ONCE) {
      return problem(503, "Too many are watching: close a window", { "retry-after": "5" });
    }
    const first = this.#message();
    let client: Client;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        client = { controller, skipped: 0 };
        this.#clients.add(client);
        controller.enqueue(HEAD);
        controller.enqueue(first);
      },
      cancel: () => this.#forget(client),
    });
    this.#alarm ??= this.#arm();
    return answer(200, stream, "text/event-stream");
  }

  /** Ends all streams. */
  [Symbol.dispose](): void {
    for (const client of this.#clients) {
      this.#forget(client);
      client.controller.close();
    }
  }

  #arm(): Disposable {
    return this.#options.clock.alarm(PERIOD_MS, () => {
      this.#alarm = this.#arm();
      this.#tell();
    });
  }

  #tell(): void {
    try {
      const message = this.#message();
      for (const client of this.#clients) this.#offer(client, message);
    } catch (error) {
      // Nobody awaits this: thrown, it would end the sensor.
      this.#options.failed(error);
      this[Symbol.dispose]();
    }
  }

  #offer(client: Client, message: Uint8Array): void {
    const { controller } = client;
    if ((controller.desiredSize ?? 0) > 0) {
      client.skipped = 0;
      controller.enqueue(message);
    } else if (++client.skipped >= PATIENCE) {
      this.#forget(client);
      controller.error(new Error("The client does not read"));
    }
  }

  #forget(client: Client): void {
    this.#clients.delete(client);
    if (this.#clients.size > 0) return;
    this.#alarm?.[Symbol.dispose]();
    this.#alarm = null;
  }

  #message(): Uint8Array {
    return new TextEncoder().encode(`data: ${JSON.stringify(this.#options.snapshot())}\n\n`);
  }
}
