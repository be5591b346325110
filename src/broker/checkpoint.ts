import { type Checkpoint, checkpointFromText, checkpointText } from "../checkpoint.ts";
import { type Clock, sleep } from "../clock.ts";
import { problemText } from "../problem_text.ts";
import { BrokerError } from "./fault.ts";
import { Publisher } from "./publisher.ts";
import { type BrokerLink, type ChannelModel, onChannel } from "./session.ts";
import type { SessionContext } from "./supervisor.ts";
import { declareQueue } from "./topology.ts";

/** A reader that holds one while another is written leaves two for a moment. */
const MOST_READ = 10;
/** Another reader holds the message for a moment: a queue that seems empty is looked at again. */
const LOOKS = 5;
const LOOK_AGAIN_MS = 200;

/** The checkpoint in RabbitMQ: a durable queue of one message, of which the newest stays. */
export class BrokerCheckpoint {
  readonly #queue: string;
  readonly #clock: Clock;
  readonly #warn: (text: string) => void;
  #publisher: Publisher | null = null;
  #model: ChannelModel | null = null;
  #state: "unknown" | "new" | "found" | "unusable" = "unknown";

  constructor(queue: string, clock: Clock, warn: (text: string) => void) {
    this.#queue = queue;
    this.#clock = clock;
    this.#warn = warn;
  }

  /** Whether it can be written now. */
  get isUp(): boolean {
    return this.#publisher?.isBlocked === false;
  }

  /**
   * The newest checkpoint, or `null` where there is none to be had. Rejects where RabbitMQ is out of
   * reach.
   */
  async read(): Promise<Checkpoint | null> {
    if (this.#state === "unusable") return null;
    for (let look = 1;; look++) {
      const texts = await this.#texts();
      if (texts.length > 0) return newest(texts.flatMap((text) => this.#parse(text)));
      if (this.#state === "new" || look === LOOKS) return null;
      await sleep(this.#clock, LOOK_AGAIN_MS);
    }
  }

  /** Resolves once it is stored; rejects where it is not, or where nobody knows. */
  async write(checkpoint: Checkpoint): Promise<void> {
    if (this.#publisher === null) throw new BrokerError("lost", "RabbitMQ is out of reach");
    await this.#publisher.publish(this.#queue, checkpointText(checkpoint), {
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

  async #texts(): Promise<string[]> {
    if (this.#model === null) throw new BrokerError("lost", "RabbitMQ is out of reach");
    return await onChannel(this.#model, async (channel) => {
      const texts: string[] = [];
      while (texts.length < MOST_READ) {
        // Not acknowledged: the end of the channel puts it back.
        const message = await channel.get(this.#queue);
        if (message === false) break;
        texts.push(message.content.toString());
      }
      return texts;
    });
  }

  #parse(text: string): Checkpoint[] {
    try {
      return [checkpointFromText(text)];
    } catch (error) {
      this.#warn(`Ignored a checkpoint that cannot be read: ${problemText(error)}`);
      return [];
    }
  }

  #end(): void {
    this.#publisher = null;
    this.#model = null;
  }
}

function newest(checkpoints: readonly Checkpoint[]): Checkpoint | null {
  let newest: Checkpoint | null = null;
  for (const checkpoint of checkpoints) {
    if (newest === null || checkpoint.writtenAt > newest.writtenAt) newest = checkpoint;
  }
  return newest;
}
