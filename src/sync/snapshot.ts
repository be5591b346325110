import type { RuleId } from "../domain/rule.ts";
import type { Clock } from "../ground/clock.ts";
import { Slices } from "../ground/slices.ts";
import type { Tell } from "../ground/tell.ts";
import type { ListOddity, SyncNews } from "./news.ts";
import type { RuleBook } from "./rule_book.ts";
import type { RuleSource } from "./rule_source.ts";
import { knownRule } from "./unreadable.ts";

/** How often a trigger is read whose pages shifted while they were read. */
const TRIES = 3;

/** What a snapshot needs beside the source and the book. */
export interface SnapshotOptions {
  readonly source: RuleSource;
  readonly book: RuleBook;
  readonly triggers: Iterable<string>;
  readonly clock: Clock;
  /** Reads one rule again and applies what it finds. */
  readonly recheck: (ref: string) => Promise<unknown>;
  readonly tell: Tell<SyncNews>;
  readonly signal: AbortSignal;
}

/**
 * Reads all rules of the triggers and makes the book agree with them. A rule that is missing is looked
 * up before it is given up: pages shift when rules are deleted meanwhile (contract 2.4), and a rule made
 * after its page was read is on none. Returns the number of rules seen.
 */
export async function takeSnapshot(options: SnapshotOptions): Promise<number> {
  const { book, clock, recheck } = options;
  const seen = new Set<RuleId>();
  for (const triggerRef of options.triggers) await readTrigger(triggerRef, seen, options);
  const missing: string[] = [];
  const slices = new Slices(clock);
  for (const [id, ref] of book.rules()) {
    if (slices.isOver) await slices.next();
    if (!seen.has(id)) missing.push(ref);
  }
  await Promise.all(missing.map(recheck));
  return seen.size;
}

async function readTrigger(
  triggerRef: string,
  seen: Set<RuleId>,
  { source, book, clock, tell, signal }: SnapshotOptions,
): Promise<void> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const ids = new Set<RuleId>();
    const totals = new Set<number>();
    let isInstalled = false;
    let oddity: ListOddity | null = null;
    let unknown = 0;
    for await (const page of source.rulePages(triggerRef, book.reads.begin, signal)) {
      isInstalled = true;
      oddity = page.oddity ?? oddity;
      if (page.totalItems !== null) totals.add(page.totalItems);
      const slices = new Slices(clock);
      for (const rule of page.rules) {
        if (slices.isOver) await slices.next();
        signal.throwIfAborted();
        ids.add(rule.id);
        book.apply(rule, page.readAt);
      }
      for (const row of page.unreadable) {
        const rule = knownRule(row, triggerRef, book);
        if (rule !== null) book.apply(rule, page.readAt);
        const id = rule?.id ?? row.id;
        if (id === null) unknown++;
        else ids.add(id);
        if (rule === null && (id === null || book.isOurs(id))) {
          tell({ kind: "rule_unreadable", triggerRef, id, reason: row.reason });
        }
      }
    }
    if (!isInstalled) return tell({ kind: "trigger_not_installed", triggerRef });
    const found = ids.size + unknown;
    const isWhole = totals.size === 1 && totals.has(found);
    if (!isWhole && oddity === null && attempt < TRIES) continue;
    // Where its pages do not agree, rules came and went meanwhile.
    if (!isWhole && totals.size === 1) oddity ??= "miscounted";
    if (oddity !== null) {
      const told = totals.size === 0 ? null : Math.max(...totals);
      tell({ kind: "rule_list_odd", triggerRef, oddity, found, told });
    }
    for (const id of ids) seen.add(id);
    return;
  }
}
