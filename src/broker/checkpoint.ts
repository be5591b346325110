import { type Checkpoint, newestCheckpoint, type StoredCheckpoint } from "../domain/checkpoint.ts";
import { checkpointFromText, checkpointText } from "./checkpoint_text.ts";
import { type Clock, sleep } from "../ground/clock.ts";
import type { Layout } from "../domain/layout.ts";
import { problemText } from "../ground/error_text.ts";
import { BrokerError } from "./fault.ts";
import { peek } from "./peek.ts";
import { Publisher } from "./publisher.ts";
import { type BrokerLink, onChannel } from "./session.ts";
import type { Connection } from "./channel.ts";
import { POLICY_ADVICE } from "./policies.ts";
import type { SessionContext } from "./supervisor.ts";
import { declareQueue } from "./topology.ts";

const LOOKS = 5;
/** Somebody who was reading has put back what he held by then. */
const SETTLE_MS = 200;
/** What was written longer ago is looked for before it is written over. */
const FRESH_MS = 2000;

/** What a checkpoint of ours has to belong to. */
export interface LayoutInForce {
  readonly current: Layout;
  /** The same, once it is certain that it holds still. Rejects where another does. */
  confirm(): Promise<Layout>;
}

/** The queue as the present connection has it. */
interface Place {
  readonly model: Connection;
  readonly publisher: Publisher;
  /** How often it is looked at while it seems empty. */
  readonly looks: number;
  /** When the last one was written on this connection, on the monotonic clock. */
  writtenAt: number;
}

/** The checkpoint in RabbitMQ: a durable queue of one message, of which the newest stays. */
export class BrokerCheckpoint {
  readonly #queue: string;
  readonly #layout: LayoutInForce;
  readonly #predecessor: () => string | null;
  readonly #clock: Clock;
  readonly #warn: (text: string) => void;
  readonly #lost: (queue: string) => void;
  #place: Place | "closed" | null = null;

  constructor(options: {
    queue: string;
    layout: LayoutInForce;
    /** One of our other queues that was there before this process; `null` for none. */
    predecessor: () => string | null;
    clock: Clock;
    warn: (text: string) => void;
    /** What was written was gone. */
    lost: (queue: string) => void;
  }) {
    this.#queue = options.queue;
    this.#layout = options.layout;
    this.#predecessor = options.predecessor;
    this.#clock = options.clock;
    this.#warn = options.warn;
    this.#lost = options.lost;
  }

  /** Whether it can be written now. */
  get isUp(): boolean {
    return this.#publisher?.isBlocked === false;
  }

  /**
   * Where this shard goes on: the newest checkpoint since the rules are shared as they are, else how far
   * everything was seen to before that; `null` where nobody knows. Rejects unless the queue was looked
   * into, or is closed to this user, and where this instance must not run. To be called once the messages
   * about rules come in, or the lease is held: others can see this instance then.
   */
  async read(): Promise<Checkpoint | null> {
    const { generation, since } = await this.#layout.confirm();
    const texts = await this.#stored();
    const own = newestCheckpoint(readCheckpoints(texts, this.#warn), generation);
    if (own !== null) return { at: own.at, writtenAt: own.writtenAt };
    if (since !== null) return { at: since, writtenAt: since };
    const predecessor = this.#predecessor();
    if (texts.length === 0 && predecessor !== null) {
      this.#warn(missingText(this.#queue, predecessor));
    }
    return null;
  }

  /** Resolves once it is stored; rejects where it is not, or where nobody knows. */
  async write(checkpoint: Checkpoint): Promise<void> {
    const place = this.#place;
    if (place === "closed" || place === null) throw outOfReach();
    await this.#lookForLast(place);
    const { generation } = this.#layout.current;
    await place.publisher.publish(this.#queue, checkpointText({ ...checkpoint, generation }), {
      contentType: "application/json",
    });
    place.writtenAt = this.#clock.monotonic();
  }

  /** Puts a new connection to use. */
  async begin(context: SessionContext<BrokerLink>): Promise<void> {
    const { link: { model }, signal } = context;
    const declared = await declareQueue(model, this.#queue, { maxLength: 1 });
    if (declared.warning !== null) this.#warn(declared.warning);
    const place: Place | "closed" = declared.isUsable
      ? {
        model,
        publisher: await Publisher.open(context, this.#clock, () => {}),
        looks: declared.isNew ? 1 : LOOKS,
        writtenAt: Infinity,
      }
      : "closed";
    signal.throwIfAborted();
    signal.addEventListener("abort", () => this.#place = null, { once: true });
    this.#place = place;
  }

  /** Whether what was written a while ago is still there. To look each time would keep a queue in use. */
  async #lookForLast({ model, writtenAt }: Place): Promise<void> {
    if (this.#clock.monotonic() - writtenAt < FRESH_MS) return;
    const isThere = async () =>
      (await onChannel(model, (it) => it.checkQueue(this.#queue))).messageCount > 0;
    if (await isThere()) return;
    // Somebody may have held it, who read it just then.
    await sleep(this.#clock, SETTLE_MS);
    if (!await isThere()) this.#lost(this.#queue);
  }

  get #publisher(): Publisher | null {
    return this.#place === "closed" ? null : this.#place?.publisher ?? null;
  }

  async #stored(): Promise<string[]> {
    if (this.#place === "closed") return [];
    if (this.#place === null) throw outOfReach();
    const { model, looks } = this.#place;
    return await peek(model, this.#queue, this.#clock, looks);
  }
}

function missingText(queue: string, predecessor: string): string {
  return `There is no checkpoint in queue '${queue}', although queue '${predecessor}' was there: ` +
    `what fell due while no sensor ran is not made up for. ${POLICY_ADVICE}`;
}

/** The checkpoints that some messages hold, those left out with a warning that cannot be read. */
export function readCheckpoints(
  texts: readonly string[],
  warn: (text: string) => void,
): StoredCheckpoint[] {
  return texts.flatMap((text) => {
    try {
      return [checkpointFromText(text)];
    } catch (error) {
      warn(`Ignored a checkpoint that cannot be read: ${problemText(error)}`);
      return [];
    }
  });
}

function outOfReach(): BrokerError {
  return new BrokerError("lost", "RabbitMQ is out of reach");
}
