import { type Checkpoint, newestCheckpoint, type StoredCheckpoint } from "../domain/checkpoint.ts";
import { checkpointFromText, checkpointText } from "./checkpoint_text.ts";
import type { Clock } from "../ground/clock.ts";
import type { Layout } from "../domain/layout.ts";
import { problemText } from "../ground/error_text.ts";
import { BrokerError } from "./fault.ts";
import { peek } from "./peek.ts";
import { Publisher } from "./publisher.ts";
import type { BrokerLink } from "./session.ts";
import type { Connection } from "./channel.ts";
import type { SessionContext } from "./supervisor.ts";
import { declareQueue } from "./topology.ts";

const LOOKS = 5;

/** What a checkpoint of ours has to belong to. */
export interface LayoutInForce {
  readonly current: Layout;
  /** The same, once it is certain that it holds still. Rejects where another does. */
  confirm(): Promise<Layout>;
}

/** The checkpoint in RabbitMQ: a durable queue of one message, of which the newest stays. */
export class BrokerCheckpoint {
  readonly #queue: string;
  readonly #layout: LayoutInForce;
  readonly #clock: Clock;
  readonly #warn: (text: string) => void;
  #publisher: Publisher | null = null;
  #model: Connection | null = null;
  #state: "unknown" | "new" | "found" | "unusable" = "unknown";

  constructor(options: {
    queue: string;
    layout: LayoutInForce;
    clock: Clock;
    warn: (text: string) => void;
  }) {
    this.#queue = options.queue;
    this.#layout = options.layout;
    this.#clock = options.clock;
    this.#warn = options.warn;
  }

  /** Whether it can be written now. */
  get isUp(): boolean {
    return this.#publisher?.isBlocked === false;
  }

  /**
   * Where this shard goes on: the newest checkpoint since the rules are shared as they are, else how far
   * everything was seen to before that; `null` where nobody knows. Rejects where RabbitMQ is out of
   * reach, and where this instance must not run. To be called once the messages about rules come in, or
   * the lease is held: others can see this instance then.
   */
  async read(): Promise<Checkpoint | null> {
    const { generation, since } = await this.#layout.confirm();
    const own = newestCheckpoint(await this.#stored(), generation);
    if (own !== null) return { at: own.at, writtenAt: own.writtenAt };
    return since === null ? null : { at: since, writtenAt: since };
  }

  /** Resolves once it is stored; rejects where it is not, or where nobody knows. */
  async write(checkpoint: Checkpoint): Promise<void> {
    if (this.#publisher === null) throw outOfReach();
    const { generation } = this.#layout.current;
    await this.#publisher.publish(this.#queue, checkpointText({ ...checkpoint, generation }), {
      contentType: "application/json",
    });
  }

  /** Puts a new connection to use. */
  async begin(context: SessionContext<BrokerLink>): Promise<void> {
    const { model } = context.link;
    const declared = await declareQueue(model, this.#queue, { maxLength: 1 });
    if (declared.warning !== null) this.#warn(declared.warning);
    this.#state = declared.isUsable ? declared.isNew ? "new" : "found" : "unusable";
    if (!declared.isUsable) return;
    const publisher = await Publisher.open(context, this.#clock, () => {});
    context.signal.throwIfAborted();
    context.signal.addEventListener("abort", () => this.#end(), { once: true });
    this.#publisher = publisher;
    this.#model = model;
  }

  async #stored(): Promise<StoredCheckpoint[]> {
    if (this.#state === "unusable") return [];
    if (this.#model === null) throw outOfReach();
    const looks = this.#state === "new" ? 1 : LOOKS;
    return readCheckpoints(
      await peek(this.#model, this.#queue, this.#clock, looks),
      this.#warn,
    );
  }

  #end(): void {
    this.#publisher = null;
    this.#model = null;
  }
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
