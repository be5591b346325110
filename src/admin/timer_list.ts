import type { Clock } from "../ground/clock.ts";
import { json, problem } from "./answers.ts";
import {
  keyOf,
  kindOf,
  type RuleView,
  type RuleViews,
  stateOf,
  toJson,
  triggerOf,
  viewOf,
} from "./rule_view.ts";
import { Slices } from "../ground/slices.ts";
import { readQuery, type TimerQuery } from "./timer_query.ts";
import { type Ranked, Top } from "./top.ts";

/** Requests that go through the rules at the same time; each takes its slices from the timers. */
const AT_ONCE = 4;

interface Candidate extends Ranked {
  readonly view: RuleView;
}

interface Found {
  readonly top: readonly Candidate[];
  /** How many match. */
  readonly total: number;
}

/**
 * Answers what timers there are. Goes through all rules, in slices, and keeps no more than what is to be
 * told: neither the loop nor the memory feels how many there are.
 */
export class TimerList {
  readonly #clock: Clock;
  readonly #views: RuleViews;
  #underWay = 0;

  constructor(clock: Clock, views: RuleViews) {
    this.#clock = clock;
    this.#views = views;
  }

  /** The answer to `/timers?...`. */
  async answer(url: URL): Promise<Response> {
    const read = readQuery(url.searchParams);
    if (!read.ok) return json(400, { error: read.problems.join("; "), problems: read.problems });
    if (this.#underWay >= AT_ONCE) {
      return problem(503, "Too many lists are being made: try again", { "retry-after": "1" });
    }
    this.#underWay++;
    try {
      return json(200, await this.#page(read.query));
    } finally {
      this.#underWay--;
    }
  }

  async #page(query: TimerQuery): Promise<Record<string, unknown>> {
    const { limit, offset } = query;
    const slices = new Slices(this.#clock);
    const { top, total } = await this.#find(query, slices);
    const timers: unknown[] = [];
    for (const { view } of top.slice(offset)) {
      if (slices.isOver) await slices.next();
      timers.push(toJson(view, this.#views.tallyOf(view.id)));
    }
    return { total, offset, limit, timers };
  }

  async #find(query: TimerQuery, slices: Slices): Promise<Found> {
    const { sort, order, limit, offset } = query;
    const top = new Top<Candidate>(offset + limit, order);
    const nothing = order === "asc" ? Infinity : -Infinity;
    let total = 0;
    // A rule that comes or goes between two slices is in the list or not: either is true.
    for (const [id, ref] of this.#views.rules()) {
      if (slices.isOver) await slices.next();
      const view = viewOf(this.#views, id, ref);
      if (!matches(view, query)) continue;
      total++;
      const key = keyOf(view, sort, () => this.#views.tallyOf(id)) ?? nothing;
      top.offer({ key, id, view });
    }
    return { top: top.take(), total };
  }
}

function matches(
  view: RuleView,
  { state, kind, warned, trigger, search, after }: TimerQuery,
): boolean {
  return (after === undefined || view.id > after) &&
    (search === undefined || view.ref.toLowerCase().includes(search)) &&
    (kind === undefined || kindOf(view) === kind) &&
    (warned === undefined || view.warnings.length > 0 === warned) &&
    (trigger === undefined || triggerOf(view) === trigger) &&
    (state === undefined || stateOf(view) === state);
}
