import type { OnMissed } from "../../../src/schedule/schedule.ts";
import type { Draft } from "../plan.ts";

/** A trigger that is no timer's. */
const FOREIGN_TRIGGER = "core.webhook";
const TRIGGERS = {
  every: "core.intervaltimer",
  cron: "core.crontimer",
  once: "core.datetimetimer",
} as const;

/** A rule as the platform has it. Instants are epoch milliseconds of the API's clock. */
export interface Row {
  readonly id: number;
  readonly ref: string;
  readonly draft: Draft;
  readonly onMissed: OnMissed;
  readonly isOn: boolean;
  readonly isForeign: boolean;
  readonly createdAt: number;
  /** In microseconds, and never the same twice. */
  readonly version: number;
  /** When its draft was written. */
  readonly draftedAt: number;
}

/** What of a rule may change. */
export type Change = Partial<Pick<Row, "draft" | "isOn" | "isForeign">>;

/** The rules of the platform. */
export class RuleTable {
  readonly #rows = new Map<string, Row>();
  /** The API's clock, in epoch milliseconds. */
  readonly #now: () => number;
  #lastId = 0;
  #lastVersion = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The rule of a ref. */
  get(ref: string): Row | undefined {
    return this.#rows.get(ref);
  }

  /** The rule of an id. */
  byId(id: number): Row | undefined {
    return this.#rows.values().find((it) => it.id === id);
  }

  /** Those of a trigger, by their refs. */
  ofTrigger(triggerRef: string): Row[] {
    return [...this.#rows.values()].filter((it) => triggerOf(it) === triggerRef)
      .sort((a, b) => a.ref < b.ref ? -1 : 1);
  }

  /** Makes a rule; `undefined` where there is one of that ref. */
  make(ref: string, draft: Draft, onMissed: OnMissed): Row | undefined {
    if (this.#rows.has(ref)) return undefined;
    const createdAt = this.#now();
    const row = {
      id: ++this.#lastId,
      ref,
      draft,
      onMissed,
      isOn: true,
      isForeign: false,
      createdAt,
      version: this.#nextVersion(),
      draftedAt: createdAt,
    };
    this.#rows.set(ref, row);
    return row;
  }

  /** Changes a rule, if there is one. */
  change(ref: string, change: Change): Row | undefined {
    const row = this.#rows.get(ref);
    if (row === undefined) return undefined;
    const draftedAt = change.draft === undefined ? row.draftedAt : this.#now();
    const changed = { ...row, ...change, draftedAt, version: this.#nextVersion() };
    this.#rows.set(ref, changed);
    return changed;
  }

  /** Deletes a rule, and returns it if there was one. */
  delete(ref: string): Row | undefined {
    const row = this.#rows.get(ref);
    this.#rows.delete(ref);
    return row;
  }

  #nextVersion(): number {
    this.#lastVersion = Math.max(this.#lastVersion + 1, this.#now() * 1000);
    return this.#lastVersion;
  }
}

/** The trigger of a rule. */
export function triggerOf({ draft, isForeign }: Row): string {
  return isForeign ? FOREIGN_TRIGGER : TRIGGERS[draft.kind];
}

/** A rule's `trigger_params`. */
export function paramsOf({ draft, draftedAt, onMissed }: Row): Readonly<Record<string, unknown>> {
  const missed = { on_missed: onMissed };
  switch (draft.kind) {
    case "every":
      return { ...missed, interval: draft.seconds, unit: "seconds" };
    case "cron":
      return { ...missed, expression: `*/${draft.seconds} * * * * *` };
    case "once":
      return { ...missed, fire_at: new Date(draftedAt + draft.inMs).toISOString() };
    default:
      return draft satisfies never;
  }
}

/** A rule as the API shows it (contract 2.4). */
export function shownAs(row: Row): Readonly<Record<string, unknown>> {
  return {
    id: row.id,
    ref: row.ref,
    trigger: row.isForeign ? 99 : 1,
    trigger_ref: triggerOf(row),
    trigger_params: paramsOf(row),
    enabled: row.isOn,
    created: stampOf(row.createdAt * 1000),
    updated: stampOf(row.version),
  };
}

/** RFC 3339 with microseconds, of which the instant is a number. */
export function stampOf(microseconds: number): string {
  const text = new Date(Math.floor(microseconds / 1000)).toISOString().slice(0, -1);
  return `${text}${String(microseconds % 1000).padStart(3, "0")}Z`;
}
