import type { RuleId } from "../domain/rule.ts";
import type { Clock } from "../ground/clock.ts";
import { Slices } from "../ground/slices.ts";
import type { Tell } from "../ground/tell.ts";
import type { SyncNews } from "./news.ts";
import type { RuleBook } from "./rule_book.ts";
import type { RuleSource } from "./rule_source.ts";

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
    let unknown = 0;
    for await (const page of source.rulePages(triggerRef, book.reads.begin, signal)) {
      totals.add(page.totalItems);
      const slices = new Slices(clock);
      for (const rule of page.rules) {
        if (slices.isOver) await slices.next();
        signal.throwIfAborted();
        ids.add(rule.id);
        book.apply(rule, page.readAt);
      }
      for (const { id, reason } of page.unreadable) {
        if (id === null) unknown++;
        else ids.add(id);
        if (id === null || book.isOurs(id)) {
          tell({ kind: "rule_unreadable", triggerRef, id, reason });
        }
      }
    }
    if (totals.size === 0) return tell({ kind: "trigger_not_installed", triggerRef });
    const isWhole = totals.size === 1 && [...totals].every((it) => it === ids.size + unknown);
    if (!isWhole && attempt < TRIES) continue;
    for (const id of ids) seen.add(id);
    return;
  }
}
