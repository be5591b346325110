import type { Rule } from "../../src/domain/rule.ts";
import type { RulePage, RuleSource, UnreadableRow } from "../../src/sync/rule_source.ts";

const PAGE_SIZE = 2;

/**
 * The platform's rules in memory, read by offset as the API does, two on a page. `beforeAnswer` runs
 * between the reading of the rows and the answer, `down` makes every read fail.
 */
export class FakePlatform implements RuleSource {
  readonly rules = new Map<string, Rule>();
  /** On the first page of each trigger that has rules, beside these. */
  readonly unreadable: UnreadableRow[] = [];
  readonly reads: string[] = [];
  down = false;
  beforeAnswer: (read: string) => Promise<void> | void = () => {};
  beforeRead: (read: string) => Promise<void> | void = () => {};

  put(...rules: readonly Rule[]): void {
    for (const rule of rules) this.rules.set(rule.ref, rule);
  }

  async *rulePages(triggerRef: string, begin: () => number): AsyncGenerator<RulePage> {
    let totalItems = Infinity;
    for (let page = 0; page * PAGE_SIZE < totalItems; page++) {
      const name = `${triggerRef} ${page + 1}`;
      const readAt = begin();
      await this.#begin(name);
      const all = [...this.rules.values()].filter((it) => it.triggerRef === triggerRef)
        .toSorted((a, b) => a.ref < b.ref ? -1 : 1);
      totalItems = all.length;
      const unreadable = page === 0 && totalItems > 0 ? [...this.unreadable] : [];
      const counted = totalItems === 0 ? 0 : totalItems + this.unreadable.length;
      const rules = all.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
      await this.beforeAnswer(name);
      yield { rules, unreadable, totalItems: counted, oddity: null, readAt };
    }
  }

  async rule(ref: string): Promise<Rule | UnreadableRow | null> {
    await this.#begin(ref);
    const rule = this.rules.get(ref) ?? this.unreadable.find((it) => it.ref === ref) ?? null;
    await this.beforeAnswer(ref);
    return rule;
  }

  async #begin(name: string): Promise<void> {
    this.reads.push(name);
    await this.beforeRead(name);
    if (this.down) throw new Error("The API is down");
  }
}
