import * as z from "zod";
import { type BenchRule, ruleRef } from "./bench_rules.ts";

const PAGE_SIZE = 100;
const Change = z.object({
  from: z.int().positive(),
  to: z.int().positive(),
  params: z.record(z.string(), z.unknown()),
});

/** The rules of the API's stub: their ids count from 1, and each page is written out once. */
export class StubRules {
  readonly #rows: BenchRule[] = [];
  readonly #pages: string[] = [];
  readonly #madeAt = Date.now();

  constructor(count: number) {
    for (let id = 1; id <= count; id++) this.#put(id, { type: "date_time", fire_at: tomorrow() });
    for (let page = 1; page <= this.#totalPages; page++) this.page(page);
  }

  /** A page of all rules, or of none. */
  page(number: number | null): string {
    if (number === null) return listOf([], 0);
    return this.#pages[number] ??= listOf(
      this.#rows.slice((number - 1) * PAGE_SIZE, number * PAGE_SIZE).map(rowOf),
      this.#rows.length,
    );
  }

  /** The rule of a ref. */
  one(ref: string): string {
    const row = this.#rows[Number(/\d+$/.exec(ref)) - 1];
    return JSON.stringify({ data: row && { ...rowOf(row), trigger: 7 } });
  }

  /** Gives the rules from one id to another new parameters; those that are missing are made. */
  change(body: unknown): number {
    const { from, to, params } = Change.parse(body);
    for (let id = from; id <= to; id++) this.#put(id, params);
    this.#pages.length = 0;
    return this.#rows.length;
  }

  get #totalPages(): number {
    return Math.ceil(this.#rows.length / PAGE_SIZE);
  }

  #put(id: number, params: BenchRule["params"]): void {
    const known = this.#rows[id - 1];
    // Spread over a second: so are rules that people make.
    const createdAt = known?.createdAt ?? this.#madeAt - 1000 + id * 619 % 1000;
    this.#rows[id - 1] = { id, params, createdAt, changes: (known?.changes ?? 0) + 1 };
  }
}

function tomorrow(): string {
  return new Date(Date.now() + 86_400_000).toISOString();
}

function listOf(items: readonly unknown[], totalItems: number): string {
  const total_pages = Math.ceil(totalItems / PAGE_SIZE);
  const pagination = { page: 1, page_size: PAGE_SIZE, total_items: totalItems, total_pages };
  return JSON.stringify({ items, pagination });
}

function rowOf({ id, params, createdAt, changes }: BenchRule): Record<string, unknown> {
  return {
    id,
    ref: ruleRef(id),
    pack_ref: "bench",
    label: `Rule ${id} of a benchmark`,
    description: null,
    action_ref: "core.echo",
    trigger_ref: "core.timer",
    action_params: { message: "fired" },
    trigger_params: params,
    permission_set_refs: null,
    enabled: true,
    created: new Date(createdAt).toISOString(),
    updated: new Date(createdAt + changes).toISOString(),
  };
}
