import type { Clock } from "../../src/ground/clock.ts";
import type { OutboundEvent } from "../../src/domain/event.ts";
import type { Outbox, OutboxTaker, Parcel } from "../../src/domain/outbox.ts";

interface Message {
  /** Its place in the queue: what is handed out again has its old one. */
  readonly place: number;
  readonly event: OutboundEvent;
  readonly parkedAt: number;
  readonly isOwn: boolean;
}

/** An event on its way into the outbox, or among the dead letters, until the test says what came of it. */
export interface Putting {
  readonly id: string;
  /** Whether it is to be a dead letter; the reason is kept with it. */
  readonly reason: string | null;
  /** It is in the queue and may be handed out, but that is not told yet. */
  enter(): void;
  /** It is in the queue, and that is told. */
  confirm(): void;
  /** It is not in the queue, and that is told; unless it is. */
  refuse(): void;
}

interface Pending extends Putting {
  lose(): void;
}

/** An outbox in memory, of which a test holds the strings. */
export class FakeOutbox implements Outbox {
  isBlocked = false;
  /** Whether events are confirmed without the test. */
  isPrompt = true;
  /** Events on their way, oldest first. */
  readonly pending: Set<Pending> = new Set();
  /** The ids of dead letters with the reasons. */
  readonly buried: string[] = [];
  readonly #clock: Clock;
  readonly #prefetch: number;
  #taker: OutboxTaker | null = null;
  #isConnected = false;
  #session = 0;
  #places = 0;
  /** In order: what waits to be handed out, and what was handed out and not taken out. */
  #ready: Message[] = [];
  readonly #held = new Map<number, Message>();
  /** Taken out in this session: the outbox may not have learnt of the last ones. */
  #acked: Message[] = [];

  constructor(clock: Clock, prefetch = 100) {
    this.#clock = clock;
    this.#prefetch = prefetch;
  }

  get isUp(): boolean {
    return this.#isConnected && !this.isBlocked;
  }

  /** The ids of what it has, in order. */
  get ids(): string[] {
    return [...this.#held.values(), ...this.#ready].sort(byPlace).map((it) =>
      it.event.occurrenceId
    );
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  serve(taker: OutboxTaker): void {
    this.#taker = taker;
  }

  put(event: OutboundEvent): Promise<void> {
    return this.#start(event, null, () => this.add(event, { isOwn: true }));
  }

  bury(event: OutboundEvent, reason: string): Promise<void> {
    const enter = () => void this.buried.push(`${event.occurrenceId}: ${reason}`);
    return this.#start(event, reason, enter);
  }

  /** Another process has put an event there, or this one. */
  add(event: OutboundEvent, { isOwn = false, parkedAt = this.#clock.now() } = {}): void {
    this.#ready.push({ place: this.#places++, event, parkedAt, isOwn });
    queueMicrotask(() => this.#handOut());
  }

  /** The event on its way that has an id. */
  putting(id: string): Putting {
    for (const it of this.pending) if (it.id === id) return it;
    throw new Error(`${id} is not on its way`);
  }

  /** It comes up; the last `late` of what was handed out it does not count yet. */
  up(late = 0): void {
    this.#isConnected = true;
    this.#taker?.up(this.#ready.length - late);
    this.#handOut();
  }

  /**
   * It goes down. Of what is on its way nobody learns the outcome: `isStored` decides. The last `lostAcks`
   * events that were taken out come again.
   */
  down(isStored: (id: string) => boolean = () => false, lostAcks = 0): void {
    this.#isConnected = false;
    this.#session++;
    const lost = lostAcks === 0 ? [] : this.#acked.slice(-lostAcks);
    this.#ready = [...this.#held.values(), ...lost, ...this.#ready].sort(byPlace);
    this.#held.clear();
    this.#acked = [];
    for (const it of [...this.pending]) if (isStored(it.id)) it.enter();
    this.#taker?.down();
    for (const it of [...this.pending]) it.lose();
  }

  block(isBlocked: boolean): void {
    this.isBlocked = isBlocked;
    this.#taker?.blocked();
  }

  /** All its events are gone. */
  purge(): void {
    this.#ready = [];
    this.#held.clear();
  }

  #start(event: OutboundEvent, reason: string | null, store: () => void): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (!this.#isConnected) {
      reject(new Error("out of reach"));
      return promise;
    }
    let isIn = false;
    const fail = (message: string) => {
      this.pending.delete(putting);
      reject(new Error(message));
    };
    const putting: Pending = {
      id: event.occurrenceId,
      reason,
      enter() {
        if (!isIn) store();
        isIn = true;
      },
      confirm: () => {
        this.pending.delete(putting);
        putting.enter();
        resolve();
      },
      refuse: () => isIn ? putting.confirm() : fail("refused"),
      lose: () => fail("nobody knows"),
    };
    this.pending.add(putting);
    if (this.isPrompt) putting.confirm();
    return promise;
  }

  #handOut(): void {
    while (this.#isConnected && this.#held.size < this.#prefetch) {
      const message = this.#ready.shift();
      if (message === undefined) return;
      this.#held.set(message.place, message);
      this.#taker?.take(this.#parcel(message));
    }
  }

  #parcel(message: Message): Parcel {
    const session = this.#session;
    const isVoid = () => this.#session !== session;
    return {
      event: message.event,
      parkedAt: message.parkedAt,
      isOwn: message.isOwn,
      get isVoid() {
        return isVoid();
      },
      ack: () => {
        if (isVoid() || !this.#held.delete(message.place)) return;
        this.#acked.push(message);
        // A broker takes its time: never in the midst of the call.
        queueMicrotask(() => this.#handOut());
      },
    };
  }
}

function byPlace(a: Message, b: Message): number {
  return a.place - b.place;
}
