import type { Clock } from "../ground/clock.ts";
import { firstLayout, type Layout, nextLayout, sameLayout } from "../domain/layout.ts";
import { newestLayout, reasonToGoOn, UnusableLayout } from "./layout_reading.ts";
import { layoutText } from "./layout_text.ts";
import { queuesOf, type Shard } from "../domain/shard.ts";
import { BrokerError } from "./fault.ts";
import { deleteQueues, occupied, seenToBy, stateOf } from "./former_shards.ts";
import { changedText, LayoutError, movedText, occupiedText } from "./layout_error.ts";
import { peek } from "./peek.ts";
import { changeRegister, REGISTER } from "./register.ts";
import { watchRegister } from "./register_watch.ts";
import type { BrokerLink } from "./session.ts";
import type { Connection } from "./channel.ts";
import type { SessionContext } from "./supervisor.ts";
import { declareQueue } from "./topology.ts";

/** Somebody who fills the register at the same time is done by then. */
const FIRST_LOOKS = 50;
/** What is lost later is written again, and does no harm beside another one. */
const LATER_LOOKS = 3;
/** Each time another was faster, and has written what is to be read then. */
const TRIES = 5;

/** What agreeing on the layout needs. */
export interface LayoutOptions {
  /** What the names of all shards' queues begin with. */
  readonly base: string;
  readonly shard: Shard;
  /** Several instances may run the same shard. */
  readonly ha: boolean;
  readonly clock: Clock;
  readonly on: {
    /** Something is not as it should be, but will do. */
    warning(text: string): void;
    /** What was written was gone: it is there again. */
    lost(queue: string): void;
    /** This instance must not run, or not go on. */
    refused(error: LayoutError): void;
  };
}

interface Decision {
  readonly layout: Layout;
  /** It is not what the register holds. */
  readonly isNew: boolean;
  readonly warnings: readonly string[];
}

/** Agrees with all other instances, in RabbitMQ, on how many shards there are. */
export class BrokerLayout {
  readonly #options: LayoutOptions;
  readonly #queue: string;
  #model: Connection | null = null;
  #layout: Layout;
  /** All agreed on what holds: from then on it has to stay. */
  #isSettled = false;
  #isRegisterUsable = false;
  /** `null`: not looked at yet. */
  #wasThere: boolean | null = null;
  /** The broker answered nothing more when it was to be written: that is put off once. */
  #wasSilent = false;

  constructor(options: LayoutOptions) {
    this.#options = options;
    this.#queue = `${options.base}.layout`;
    this.#layout = firstLayout(options.shard.count);
  }

  /** Its queue, where that was there before this process. */
  get found(): string | null {
    return this.#wasThere === true ? this.#queue : null;
  }

  /** What this instance takes to hold. */
  get current(): Layout {
    return this.#layout;
  }

  /** Puts a new connection to use. Rejects with a {@link LayoutError} where this instance must not run. */
  async begin(context: SessionContext<BrokerLink>): Promise<void> {
    const { link: { model }, signal } = context;
    const declared = await declareQueue(model, this.#queue, REGISTER);
    if (declared.warning !== null) this.#options.on.warning(declared.warning);
    this.#isRegisterUsable = declared.isUsable;
    const isAsDeclared = declared.isUsable && declared.warning === null;
    this.#wasThere ??= declared.isUsable && !declared.isNew;
    if (declared.isUsable) await this.#orRefuse(() => this.#agree(context, declared.isNew));
    signal.throwIfAborted();
    this.#model = model;
    signal.addEventListener("abort", () => this.#model = null, { once: true });
    if (isAsDeclared && this.#isSettled) this.#watch(context);
  }

  /**
   * Makes sure that nobody changed the layout before this instance could be seen to run: afterwards
   * nobody can. Warns, once, of another instance that runs the same shard without knowing of this one.
   * Rejects with a {@link LayoutError}.
   */
  async confirm(): Promise<Layout> {
    const model = this.#model;
    if (model === null) return this.#layout;
    if (this.#isSettled && this.#isRegisterUsable) await this.#orRefuse(() => this.#verify(model));
    await this.#lookForTwins(model);
    return this.#layout;
  }

  /** Whatever empties this queue empties others too. */
  #watch(context: SessionContext<BrokerLink>): void {
    watchRegister({
      context,
      queue: this.#queue,
      clock: this.#options.clock,
      text: () => layoutText(this.#layout),
      lost: () => this.#options.on.lost(this.#queue),
    }).catch(context.fail);
  }

  async #orRefuse(deed: () => Promise<void>): Promise<void> {
    try {
      await deed();
    } catch (error) {
      if (error instanceof LayoutError) this.#options.on.refused(error);
      const reason = reasonToGoOn(error);
      if (reason === null) throw error;
      const { index, count } = this.#options.shard;
      this.#options.on.warning(
        `Cannot use queue '${this.#queue}', going on as shard ${index}/${count}: ${reason}`,
      );
    }
  }

  async #agree(context: SessionContext<BrokerLink>, isEmpty: boolean): Promise<void> {
    const enough = this.#isSettled ? LATER_LOOKS : FIRST_LOOKS;
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      if (await this.#tryToAgree(context, isEmpty && attempt === 1 ? 1 : enough)) return;
    }
    throw new UnusableLayout("others keep writing to it");
  }

  async #tryToAgree(
    { link: { model }, fail }: SessionContext<BrokerLink>,
    looks: number,
  ): Promise<boolean> {
    let decision: Decision | null = null;
    const decide = async (texts: readonly string[]) => {
      decision = await this.#decide(model, newestLayout(texts));
      if (!decision.isNew) return null;
      if (this.#wasSilent) {
        this.#wasSilent = false;
        throw new UnusableLayout("RabbitMQ does not confirm what is written to it");
      }
      return layoutText(decision.layout);
    };
    const silent = () => {
      this.#wasSilent = true;
      fail(new BrokerError("silent", `RabbitMQ did not confirm a message to '${this.#queue}'`));
    };
    const { clock } = this.#options;
    const register = { model, queue: this.#queue, clock, looks, silent, decide };
    try {
      const isDone = await changeRegister(register);
      if (!isDone || !this.#adopt(decision)) return false;
    } catch (error) {
      // Not written, but decided: it will do until the next connection.
      if (reasonToGoOn(error) !== null) this.#adopt(decision);
      throw error;
    }
    this.#isSettled = true;
    return true;
  }

  /** Returns `false` where another number of shards was found to hold, which is to be changed now. */
  #adopt(decision: Decision | null): boolean {
    if (decision?.layout.shards !== this.#options.shard.count) return false;
    this.#layout = decision.layout;
    for (const warning of decision.warnings) this.#options.on.warning(warning);
    return true;
  }

  async #decide(model: Connection, found: Layout | null): Promise<Decision> {
    const { shard } = this.#options;
    if (this.#isSettled) {
      if (found !== null) this.#assertSame(found);
      return { layout: this.#layout, isNew: found === null, warnings: [] };
    }
    if (found === null) return { layout: await this.#unwritten(model), isNew: true, warnings: [] };
    if (found.shards === shard.count) return { layout: found, isNew: false, warnings: [] };
    return await this.#change(model, found);
  }

  /** What held where nothing is written: an older sensor, alone, wrote no layout. */
  async #unwritten(model: Connection): Promise<Layout> {
    const { base, shard } = this.#options;
    if (shard.count === 1) return firstLayout(1);
    const { checkpoint } = queuesOf(base, { index: 1, count: 1 });
    return firstLayout((await stateOf(model, checkpoint)).exists ? 1 : shard.count);
  }

  async #change(model: Connection, last: Layout): Promise<Decision> {
    const { base, shard, clock, on } = this.#options;
    const former = { model, base, count: last.shards };
    const found = await occupied(former);
    if (found.consumed.length + found.parked.length > 0) {
      throw new LayoutError(occupiedText(shard, last.shards, found));
    }
    const since = await seenToBy(last, { model, base, clock, warn: on.warning });
    const { inUse, warnings } = await deleteQueues(former);
    if (inUse.length > 0) {
      throw new LayoutError(occupiedText(shard, last.shards, { consumed: inUse, parked: [] }));
    }
    const layout = nextLayout(last, shard.count, since);
    return { layout, isNew: true, warnings: [changedText(layout), ...warnings] };
  }

  async #verify(model: Connection): Promise<void> {
    const found = newestLayout(await peek(model, this.#queue, this.#options.clock, LATER_LOOKS));
    // One that is lost is written again at the next connection.
    if (found !== null) this.#assertSame(found);
  }

  #assertSame(found: Layout): void {
    if (sameLayout(found, this.#layout)) return;
    throw new LayoutError(movedText(this.#options.shard, found));
  }

  async #lookForTwins(model: Connection): Promise<void> {
    const { base, shard, ha, on } = this.#options;
    const { rules, instances } = queuesOf(base, shard);
    const [alone, many] = await Promise.all([stateOf(model, rules), stateOf(model, instances)]);
    const twins = ha ? alone.consumers : alone.consumers - 1 + many.consumers;
    if (twins <= 0) return;
    on.warning(
      `Another sensor consumes queue '${many.consumers > 0 && !ha ? instances : rules}': ` +
        "both fire everything; set ATTUNE_HA=true for both, or end one of them",
    );
  }
}
