import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Delivery } from "../../src/delivery/delivery.ts";
import type { DeliveryNews } from "../../src/delivery/news.ts";
import type { OutboundEvent, PostResult } from "../../src/domain/event.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { ruleId, START } from "../support/rules.ts";
import { FakeOutbox } from "./fake_outbox.ts";
import { eventOf, REFUSED, RETRY, retryAfter, STORED, UNAUTHORIZED } from "./rig.ts";

const RULES = 5;

/** `committed`: the event was stored, but the answer was lost. */
type Answer = "stored" | "committed" | "retry" | "soon" | "late" | "refused" | "unauthorized";

type Step =
  | { readonly op: "submit"; readonly rule: number; readonly count: number }
  | { readonly op: "answer"; readonly which: number; readonly answer: Answer }
  | { readonly op: "answer all"; readonly answer: Answer }
  | { readonly op: "pass"; readonly ms: number }
  | { readonly op: "discard"; readonly rule: number }
  | { readonly op: "know"; readonly rule: number }
  | { readonly op: "prompt"; readonly isPrompt: boolean }
  | { readonly op: "put"; readonly which: number; readonly outcome: "enter" | "confirm" | "refuse" }
  | { readonly op: "block"; readonly isBlocked: boolean }
  | { readonly op: "down"; readonly stored: number; readonly lostAcks: number }
  | { readonly op: "up" };

const rule = fc.integer({ min: 1, max: RULES });
const answer = fc.constantFrom<Answer>(
  ...(["stored", "stored", "stored", "stored", "committed", "retry", "retry", "retry"] as const),
  ...(["soon", "late", "refused", "unauthorized"] as const),
);
const is = <const T extends string>(op: T) => fc.constant(op);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ op: is("submit"), rule, count: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 8, arbitrary: fc.record({ op: is("answer"), which: fc.nat(20), answer }) },
  { weight: 3, arbitrary: fc.record({ op: is("answer all"), answer }) },
  {
    weight: 6,
    arbitrary: fc.record({
      op: is("pass"),
      ms: fc.constantFrom(1, 30, 100, 100, 300, 1000, 1000, 20_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: is("discard"), rule }) },
  { weight: 1, arbitrary: fc.record({ op: is("know"), rule }) },
  { weight: 2, arbitrary: fc.record({ op: is("prompt"), isPrompt: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({
      op: is("put"),
      which: fc.nat(20),
      outcome: fc.constantFrom("enter", "enter", "confirm", "confirm", "refuse"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: is("block"), isBlocked: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ op: is("down"), stored: fc.nat(), lostAcks: fc.nat(3) }),
  },
  { weight: 4, arbitrary: fc.record({ op: is("up") }) },
);

interface InFlight {
  readonly event: OutboundEvent;
  readonly resolve: (result: PostResult) => void;
}

/** A delivery in a world of chance, and what must hold in it whatever happens. */
class World {
  readonly clock = new FakeClock();
  readonly outbox: FakeOutbox;
  readonly delivery: Delivery;
  readonly #concurrency: number;
  readonly #inFlight: InFlight[] = [];
  readonly #unknown = new Set<number>();
  /** Rules that were unknown for a time: what was in the outbox then may be gone or not. */
  readonly #everUnknown = new Set<number>();
  readonly #counts = new Map<number, number>();
  /** By the rule, the numbers of its events in the order in which they were first stored. */
  readonly #stored = new Map<number, string[]>();
  /** Events stored though nobody told us. */
  readonly #committed = new Set<string>();
  /** Events that are neither over nor known to be in the outbox, with the instants of their falling due. */
  readonly #open = new Map<string, number>();
  readonly #submitted = new Map<string, number>();
  readonly #over = new Map<string, string>();
  /** Copies of these may be delivered all the same, should their rules be known again. */
  readonly #discarded = new Set<string>();
  readonly #problems: string[] = [];
  #isOpen = false;
  /** What was sent since the circuit opened. */
  #probes: InFlight[] = [];

  constructor(concurrency: number, prefetch: number, inherited: readonly number[]) {
    const { clock } = this;
    this.#concurrency = concurrency;
    this.outbox = new FakeOutbox(clock, prefetch);
    this.delivery = new Delivery({
      clock,
      outbox: this.outbox,
      concurrency,
      backoff: (attempt) => attempt * 100,
      probeBackoff: (attempt) => attempt * 500,
      outboxMaxAgeMs: 3_600_000,
      isKnown: (id) => !this.#unknown.has(id),
      post: (event) => this.#post(event),
      tell: (news) => this.#hear(news),
      ports: { unauthorized: () => {}, ruleGone: () => {}, settled: () => {} },
    });
    this.outbox.serve(this.delivery.outbox);
    for (const rule of inherited) {
      const event = this.#next(rule);
      this.#submitted.set(event.occurrenceId, rule);
      this.outbox.add(event);
    }
    // What is inherited is known only when it was up once.
    this.outbox.up();
  }

  async take(step: Step): Promise<void> {
    const { outbox } = this;
    switch (step.op) {
      case "submit":
        for (let n = 0; n < step.count && !this.#unknown.has(step.rule); n++) {
          this.#submit(step.rule);
        }
        break;
      case "answer":
        this.#answer(this.#inFlight[step.which % this.#inFlight.length], step.answer);
        break;
      case "answer all":
        for (const request of [...this.#inFlight]) this.#answer(request, step.answer);
        break;
      case "pass":
        await this.clock.advance(step.ms);
        break;
      case "discard":
        this.#unknown.add(step.rule);
        this.#everUnknown.add(step.rule);
        this.delivery.discard(ruleId(step.rule));
        break;
      case "know":
        this.#unknown.delete(step.rule);
        break;
      case "prompt":
        outbox.isPrompt = step.isPrompt;
        break;
      case "put":
        [...outbox.pending][step.which % outbox.pending.size]?.[step.outcome]();
        break;
      case "block":
        outbox.block(step.isBlocked);
        break;
      case "down":
        // Any of those on their way may be stored or not.
        if (outbox.isConnected) outbox.down((id) => hash(id, step.stored) % 2 === 0, step.lostAcks);
        break;
      case "up":
        if (!outbox.isConnected) outbox.up();
        break;
      default:
        step satisfies never;
    }
    await settle();
    this.#check();
  }

  /** Everything works from now on: all there is must come to its end. */
  async recover(): Promise<void> {
    const { outbox, clock } = this;
    outbox.isPrompt = true;
    outbox.block(false);
    if (!outbox.isConnected) outbox.up();
    for (const it of [...outbox.pending]) it.confirm();
    for (let n = 0; n < 400; n++) {
      for (const request of [...this.#inFlight]) this.#answer(request, "stored");
      await settle();
      this.#check();
      if (n % 5 === 0) await clock.advance(3000);
    }
  }

  async checkEnd(): Promise<void> {
    assertEquals([this.delivery.waiting, this.outbox.ids, this.#inFlight.length], [0, [], 0]);
    assertEquals(this.delivery.earliestDueAt, Infinity);
    for (const [id, rule] of this.#submitted) {
      assert(this.#over.has(id), `${id} came to no end`);
      const isKept = this.#over.get(id) !== "discarded" || this.#everUnknown.has(rule);
      assert(isKept, `${id} was discarded`);
    }
    for (const all of this.#stored.values()) {
      const ids = all.filter((id) => !this.#discarded.has(id));
      assertEquals(ids, ids.toSorted(byNumber));
    }
    await this.delivery.drain(1000, 1000);
    assertEquals(this.clock.pending, 0);
  }

  #next(rule: number): OutboundEvent {
    const n = (this.#counts.get(rule) ?? 0) + 1;
    this.#counts.set(rule, n);
    return eventOf(rule, n, START + n * 10);
  }

  #submit(rule: number): void {
    const event = this.#next(rule);
    this.#submitted.set(event.occurrenceId, rule);
    this.#open.set(event.occurrenceId, event.dueAt);
    this.delivery.submit(event);
  }

  #post(event: OutboundEvent): Promise<PostResult> {
    const { promise, resolve } = Promise.withResolvers<PostResult>();
    const id = event.occurrenceId;
    if (this.#inFlight.some((it) => it.event.ruleId === event.ruleId)) {
      this.#problems.push(`${id}: second request of its rule`);
    }
    const kind = this.#over.get(id);
    if (kind !== undefined && kind !== "discarded") {
      this.#problems.push(`${id}: again, was ${kind}`);
    }
    const request = { event, resolve };
    if (this.#isOpen) {
      if (this.#probes.some((it) => this.#inFlight.includes(it))) {
        this.#problems.push(`${id}: second probe`);
      }
      this.#probes.push(request);
    }
    this.#inFlight.push(request);
    if (this.#inFlight.length > this.#concurrency) this.#problems.push("too many requests");
    return promise;
  }

  #answer(request: InFlight | undefined, answer: Answer): void {
    if (request === undefined) return;
    this.#inFlight.splice(this.#inFlight.indexOf(request), 1);
    if (answer === "stored" || answer === "committed") this.#store(request.event, answer);
    request.resolve(resultOf(answer));
  }

  #store({ occurrenceId, ruleId }: OutboundEvent, answer: "stored" | "committed"): void {
    const stored = this.#stored.get(ruleId) ?? [];
    this.#stored.set(ruleId, stored);
    const isAgain = stored.includes(occurrenceId);
    if (isAgain && !this.#committed.has(occurrenceId)) {
      this.#problems.push(`${occurrenceId} is stored twice`);
    }
    if (!isAgain) stored.push(occurrenceId);
    if (answer === "committed") this.#committed.add(occurrenceId);
  }

  #end({ occurrenceId: id }: OutboundEvent, kind: string): void {
    const before = this.#over.get(id);
    if (kind === "discarded") this.#discarded.add(id);
    if (before !== undefined && kind !== "discarded" && before !== "discarded") {
      this.#problems.push(`${id}: ${kind} after ${before}`);
    }
    if (before === undefined || before === "discarded") this.#over.set(id, kind);
    this.#open.delete(id);
  }

  #hear(news: DeliveryNews): void {
    switch (news.kind) {
      case "event_stored":
      case "event_refused":
      case "event_dropped":
      case "event_expired":
      case "event_discarded":
        return this.#end(news.event, news.kind.replace("event_", ""));
      case "event_parked":
        return void this.#open.delete(news.event.occurrenceId);
      case "parked_events_lost":
        return void this.#problems.push(`outbox lost ${news.count}`);
      case "circuit_opened":
        this.#isOpen = true;
        return;
      case "circuit_closed":
        this.#isOpen = false;
        this.#probes = [];
    }
  }

  #check(): void {
    assertEquals(this.#problems, []);
    // The checkpoint rests on this: nothing older than that is lost with this process.
    const earliest = Math.min(Infinity, ...this.#open.values());
    assert(
      this.delivery.earliestDueAt <= earliest,
      `earliest ${this.delivery.earliestDueAt - START} > ${earliest - START}`,
    );
    if (this.outbox.pending.size > 0) return;
    // A copy from the outbox may have been discarded while its event is in flight.
    const isMore = this.#inFlight.filter((it) => this.#over.has(it.event.occurrenceId)).length;
    const { waiting } = this.delivery;
    const isRight = waiting >= this.#open.size && waiting <= this.#open.size + isMore;
    assert(isRight, `${waiting} wait, not ${[...this.#open.keys()]}`);
  }
}

function resultOf(answer: Answer): PostResult {
  switch (answer) {
    case "stored":
      return STORED;
    case "committed":
    case "retry":
      return RETRY;
    case "soon":
      return retryAfter(5000);
    case "late":
      return retryAfter(90_000);
    case "refused":
      return REFUSED;
    case "unauthorized":
      return UNAUTHORIZED;
    default:
      return answer satisfies never;
  }
}

function hash(id: string, seed: number): number {
  let sum = seed;
  for (const char of id) sum = (sum * 31 + char.charCodeAt(0)) % 1_000_003;
  return sum;
}

function byNumber(a: string, b: string): number {
  return Number(a.split(".")[1]) - Number(b.split(".")[1]);
}

Deno.test("Delivery loses nothing, doubles nothing and keeps the order, whatever happens", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 120, size: "max" }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(1, 3, 100),
      fc.array(rule, { maxLength: 5 }),
      async (steps, concurrency, prefetch, inherited) => {
        const world = new World(concurrency, prefetch, inherited);
        for (const it of steps) await world.take(it);
        await world.recover();
        await world.checkEnd();
      },
    ),
    { numRuns: 200, seed: 2 },
  );
});
