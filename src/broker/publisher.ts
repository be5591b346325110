import { Buffer } from "node:buffer";
import type { Clock } from "../ground/clock.ts";
import { BrokerError } from "./fault.ts";
import { POLICY_ADVICE } from "./policies.ts";
import { type BrokerLink, openConfirmChannel } from "./session.ts";
import type { ConfirmChannel, PublishOptions } from "./channel.ts";
import type { SessionContext } from "./supervisor.ts";

/** A broker that takes longer to confirm is taken to be out of reach. */
const CONFIRM_TIMEOUT_MS = 5000;

/** Publishes messages to queues, each until the broker has confirmed that it is stored. */
export class Publisher {
  readonly #channel: ConfirmChannel;
  readonly #context: SessionContext<BrokerLink>;
  readonly #clock: Clock;
  /** Messages that came back because there is no such queue: told before they are confirmed. */
  readonly #returned = new Set<string>();
  #published = 0;
  #isBlocked = false;

  private constructor(
    channel: ConfirmChannel,
    context: SessionContext<BrokerLink>,
    clock: Clock,
    changed: (isBlocked: boolean) => void,
  ) {
    this.#channel = channel;
    this.#context = context;
    this.#clock = clock;
    channel.on("return", ({ properties }) => this.#returned.add(String(properties.correlationId)));
    context.link.model.on("blocked", () => this.#block(true, changed));
    context.link.model.on("unblocked", () => this.#block(false, changed));
  }

  /** Opens a channel of its own; `changed` is told when {@link isBlocked} changes. */
  static async open(
    context: SessionContext<BrokerLink>,
    clock: Clock,
    changed: (isBlocked: boolean) => void,
  ): Promise<Publisher> {
    return new Publisher(await openConfirmChannel(context), context, clock, changed);
  }

  /** The broker takes nothing for now, for want of memory or disk. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /**
   * Resolves once the message is stored; rejects where it is not, such as in a full queue, or where the
   * connection ended before anybody knew.
   */
  async publish(
    queue: string,
    content: string | Uint8Array,
    options: PublishOptions,
  ): Promise<void> {
    if (this.#context.signal.aborted) throw ended();
    const correlationId = String(++this.#published);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    using _deadline = this.#clock.alarm(CONFIRM_TIMEOUT_MS, () => this.#timeOut());
    using _end = onEnd(this.#context.signal, reject);
    const all = { persistent: true, mandatory: true, correlationId, ...options };
    this.#channel.sendToQueue(queue, Buffer.from(content), all, (error: unknown) => {
      if (!error) return resolve();
      const refused = new BrokerError("refused", `RabbitMQ takes nothing more for '${queue}'`);
      // The end of the channel comes this way too: who knows of that rejects first.
      queueMicrotask(() => reject(refused));
    });
    await promise;
    if (!this.#returned.delete(correlationId)) return;
    const gone = `There is no queue '${queue}' any more. ${POLICY_ADVICE}`;
    this.#context.fail(new BrokerError("refused", gone));
    throw new BrokerError("refused", `There is no queue '${queue}'`);
  }

  #block(isBlocked: boolean, changed: (isBlocked: boolean) => void): void {
    this.#isBlocked = isBlocked;
    changed(isBlocked);
  }

  /** What is blocked is not lost: the confirmation comes when the broker has recovered. */
  #timeOut(): void {
    if (this.#isBlocked) return;
    const text = `RabbitMQ did not confirm a message within ${CONFIRM_TIMEOUT_MS / 1000} s`;
    this.#context.fail(new BrokerError("silent", text));
  }
}

function onEnd(signal: AbortSignal, reject: (reason: unknown) => void): Disposable {
  const onAbort = () => reject(ended());
  signal.addEventListener("abort", onAbort, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", onAbort) };
}

function ended(): BrokerError {
  return new BrokerError("lost", "The connection ended before it was confirmed");
}
