import { assertEquals } from "@std/assert";
import * as z from "zod";
import type { Rule, RuleChange } from "../../src/domain/rule.ts";
import { Reconciler } from "../../src/sync/reconciler.ts";
import { settle } from "../support/fake_clock.ts";
import { FakePlatform } from "../support/fake_platform.ts";
import { ruleOf, START } from "../support/rules.ts";
import { openBook, TRIGGERS } from "../support/sync.ts";

/** How many refs the rules of an interleaving share. */
export const REFS = 6;
/** All rules fire at each multiple of it. */
const PERIOD_SECONDS = 10;
const INTERVALS = [5, PERIOD_SECONDS];

/** What may be done to a rule, or about it. */
export const WHAT = [
  "create",
  "recreate",
  "change",
  "toggle",
  "delete",
  "snapshot",
  "wait",
] as const;
/** How the platform tells of it. */
export const TELLING = [
  "silent",
  "told",
  "told without the ref",
  "told twice",
  "told late",
] as const;

/** What the platform's clock says of a change: stamps are no versions. */
export const STAMPS = ["later", "the same", "earlier"] as const;

/** One step of an interleaving. */
export const Act = z.strictObject({
  what: z.enum(WHAT),
  which: z.int().min(0).max(REFS - 1),
  telling: z.enum(TELLING),
  stamp: z.enum(STAMPS).default("later"),
});
export type Act = z.infer<typeof Act>;

/** How far a stamp goes back, in microseconds. */
const BACK = 3;

/** The platform, the sensor's book of rules, and what the one has to know of the other. */
class Play implements AsyncDisposable {
  readonly #book = openBook(undefined, (ref) => this.#reconciler.lookAgain(ref));
  readonly #platform = new FakePlatform();
  readonly #end = new AbortController();
  readonly #reconciler: Reconciler;
  readonly #running: Promise<void>;
  readonly #pauses: Iterator<number>;
  /** How often the rule of a ref was touched on the platform. */
  readonly #touches = new Map<string, number>();
  /** Refs whose last change was told, and the telling done with: the book has to agree from then on. */
  readonly #confirmed = new Set<string>();
  readonly #told: Promise<void>[] = [];
  readonly #latestStamps = new Map<number, number>();
  #lastId = 0;
  #problem: Error | null = null;

  constructor(pauses: readonly number[]) {
    this.#pauses = pauses.values();
    this.#platform.beforeRead = () => this.#dawdle();
    this.#platform.beforeAnswer = () => this.#dawdle();
    this.#reconciler = new Reconciler({
      source: this.#platform,
      book: this.#book.book,
      triggers: TRIGGERS,
      clock: this.#book.clock,
      backoff: () => 1000,
      intervalMs: 60_000,
      signal: this.#end.signal,
      tell: (news) => {
        if (news.kind === "change_unconfirmed") this.#fail(news.error);
      },
      failed: (error) => this.#fail(error),
    });
    this.#running = this.#reconciler.run();
  }

  async act({ what, which, telling, stamp }: Act): Promise<void> {
    if (what === "snapshot") this.#told.push(this.#reconciler.requestSnapshot());
    else if (what === "wait") await this.#letFire();
    else await this.#touch(what, `test.rule${which}`, telling, stamp);
    await this.#dawdle();
  }

  /** Nothing happens any more: one more snapshot, and the book is what the platform is. */
  async finish(): Promise<void> {
    await Promise.all(this.#told);
    await this.#reconciler.requestSnapshot();
    // What was doubtful is looked at again within two seconds.
    for (let n = 0; n < PERIOD_SECONDS; n++) await this.#book.clock.advance(1000);
    await this.#reconciler.requestSnapshot();
    for (let which = 0; which < REFS; which++) this.#confirmed.add(`test.rule${which}`);
    this.#check();
    const expected = [...this.#platform.rules.values()].filter(({ enabled }) => enabled);
    assertEquals(this.#book.timers.size, expected.length);
    assertEquals(this.#book.book.size, this.#platform.rules.size);
    await this.#letFire();
    const { fires } = this.#book;
    assertEquals(new Set(fires).size, fires.length, "an occurrence fired twice");
    if (this.#problem !== null) throw this.#problem;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort(new Error("The play is over"));
    await this.#running;
    this.#book[Symbol.dispose]();
  }

  async #touch(
    what: Exclude<Act["what"], "snapshot" | "wait">,
    ref: string,
    telling: Act["telling"],
    stamp: Act["stamp"],
  ): Promise<void> {
    const old = this.#platform.rules.get(ref);
    const now = this.#next(what, ref, old, stamp);
    if (old === now) return;
    const touches = (this.#touches.get(ref) ?? 0) + 1;
    this.#touches.set(ref, touches);
    this.#confirmed.delete(ref);
    const isBehind = now !== undefined && this.#isBehind(now);
    if (now === undefined) this.#platform.rules.delete(ref);
    else this.#platform.put(now);
    const rule = now ?? old;
    if (rule === undefined || telling === "silent") return;
    if (telling === "told late") await this.#dawdle();
    const hasRef = telling !== "told without the ref";
    const change = changeOf(rule, now === undefined, hasRef);
    // Without a ref an unknown rule is looked for on all pages, which may shift: the next ones have it.
    const isCertain = hasRef || this.#book.book.refOf(rule.id) !== undefined;
    for (let n = telling === "told twice" ? 2 : 1; n > 0; n--) {
      const told = this.#reconciler.changed(change).then(() => {
        if (isCertain && !isBehind && this.#touches.get(ref) === touches) {
          this.#confirmed.add(ref);
        }
        this.#check();
      });
      this.#told.push(told);
    }
  }

  /** Whether a rule has borne a later stamp: then one look is not enough. */
  #isBehind({ id, version }: Rule): boolean {
    const latest = Math.max(version ?? 0, this.#latestStamps.get(id) ?? 0);
    this.#latestStamps.set(id, latest);
    return version !== latest;
  }

  #next(
    what: Act["what"],
    ref: string,
    old: Rule | undefined,
    stamp: Act["stamp"],
  ): Rule | undefined {
    const later = START * 1000 + ++this.#lastId;
    const before = old?.version ?? later;
    const version = { later, "the same": before, earlier: before - BACK }[stamp];
    const made = () => ruleOf(this.#lastId, { ref, version });
    if (what === "create") return old ?? made();
    if (what === "recreate") return made();
    if (old === undefined || what === "delete") return undefined;
    if (what === "toggle") return { ...old, enabled: !old.enabled, version };
    const interval = INTERVALS[later % INTERVALS.length];
    return { ...old, params: { type: "interval", interval }, version };
  }

  /** Some turns of the event loop, with a look at the book after each. */
  async #dawdle(): Promise<void> {
    for (let n = this.#pauses.next().value ?? 0; n > 0; n--) {
      await settle();
      this.#check();
    }
  }

  /** Lets one period pass, in which each rule that is known to be on has to fire. */
  async #letFire(): Promise<void> {
    const { clock, fires } = this.#book;
    const before = [...this.#confirmed];
    const from = fires.length;
    await clock.advance(PERIOD_SECONDS * 1000);
    const second = (clock.now() - START) / 1000;
    const fired = new Set(fires.slice(from));
    for (const ref of before) {
      const rule = this.#platform.rules.get(ref);
      if (rule?.enabled !== true || fired.has(`${rule.id} at ${second} s`)) continue;
      this.#fail(new Error(`rule ${rule.id} did not fire at ${second} s`));
    }
    this.#check();
  }

  /** Whether the book is what the platform is, where it has to be, and no rule has come back to life. */
  #check(): void {
    const { timers, book } = this.#book;
    for (const ref of this.#confirmed) {
      const rule = this.#platform.rules.get(ref);
      const id = rule?.id;
      if (book.idOf(ref) !== id) {
        this.#fail(new Error(`${ref} is rule ${book.idOf(ref)} in the book, ${id} in truth`));
      }
      if (rule === undefined) continue;
      const timer = timers.get(rule.id)?.timer;
      const interval = timer?.payload["interval_seconds"];
      const expected = rule.enabled ? rule.params["interval"] : undefined;
      if (interval === expected) continue;
      this.#fail(new Error(`rule ${rule.id} has an interval of ${interval}, not ${expected}`));
    }
    const gone = new Set<string>();
    for (const line of this.#book.lines) {
      const [what = "", id = ""] = line.split(" ");
      if (what === "gone") gone.add(id);
      if (what === "started" && gone.has(id)) this.#fail(new Error(`rule ${id} was resurrected`));
    }
  }

  /** The first problem counts: those after it may be its consequences. */
  #fail(problem: unknown): void {
    this.#problem ??= problem instanceof Error ? problem : new Error(String(problem));
  }
}

function changeOf(rule: Rule, isGone: boolean, hasRef: boolean): RuleChange {
  const { id, ref, triggerRef, params, enabled } = rule;
  return {
    kind: isGone ? "deleted" : enabled ? "enabled" : "disabled",
    ruleId: id,
    ruleRef: hasRef ? ref : null,
    triggerRef,
    params,
    enabled: enabled && !isGone,
    sentAt: START,
  };
}

/** Plays an interleaving to its end. Rejects where book and platform disagree. */
export async function perform(acts: readonly Act[], pauses: readonly number[]): Promise<void> {
  await using play = new Play(pauses);
  for (const act of acts) await play.act(act);
  await play.finish();
}
