import type { OnMissed } from "../../../src/schedule/schedule.ts";
import type { Draft } from "../plan.ts";
import type { Chronicle, RuleState } from "../chronicle.ts";
import { paramsOf, type Row, triggerOf } from "../world/rule_table.ts";

/** A one-shot for the moment at which it was written is meant to fire. */
const ONCE_LEEWAY_MS = 10_000;

/** A sensor knows the API's clock by the whole seconds of its answers. */
const MEASURING_MS = 1000;

/** A time in which a rule had one schedule. What it was changed to meanwhile makes no difference to that. */
export interface Phase {
  readonly ruleId: number;
  readonly ref: string;
  readonly draft: Draft;
  readonly onMissed: OnMissed;
  /** The versions of the row in which it stood, oldest first, and when each was there. */
  readonly versions: readonly Version[];
  /** Its occurrences in order, in epoch milliseconds. */
  readonly occurrences: readonly number[];
  /** Whether it would name an instant, had nothing ended it. */
  readonly names: (instant: number) => boolean;
  /** Whether its schedule has an instant, whenever the rule got that. */
  readonly hits: (instant: number) => boolean;
  /** So many occurrences before an instant, or all that there were, as if nothing had ended it. */
  readonly before: (instant: number, count: number) => readonly number[];
  /** When the platform had it no more in true time, and why. */
  readonly end: { readonly at: number } | null;
  /** The platform has the rule no more, whatever became of the phase before. */
  readonly isDeleted: boolean;
}

/** A row as it was from `at` on in true time, and by the clock of each sensor from `stampAt` on at the latest. */
export interface Version {
  readonly version: number;
  readonly at: number;
  readonly stampAt: number;
}

/** When a rule was changed after an occurrence: who first reads it then makes up for nothing before. */
export function changeAfter({ versions, end, draft }: Phase, occurrence: number): number | null {
  const change = versions.find((it) => isBefore(occurrence, it, draft));
  return change?.at ?? end?.at ?? null;
}

/** Whether an occurrence is from before a change of its rule. */
export function isBefore(occurrence: number, { stampAt }: Version, { kind }: Draft): boolean {
  return occurrence <= stampAt - (kind === "once" ? ONCE_LEEWAY_MS : 0);
}

/** The phases of all rules, by what the platform had. `until`: no occurrence after it, on any clock. */
export function phasesOf(chronicle: Chronicle, until: number): Phase[] {
  const phases: Phase[] = [];
  const span = { until, ...skewOf(chronicle) };
  for (const states of Map.groupBy(chronicle.rules, ({ ruleId }) => ruleId).values()) {
    const isDeleted = states.some(({ row }) => row === null);
    let open: RuleState[] = [];
    for (const [index, state] of states.entries()) {
      if (state.row !== null && isActive(state.row)) open.push(state);
      const next = states[index + 1];
      if (open.length === 0 || (next?.row && isSame(state.row, next.row))) continue;
      phases.push(phaseOf(open, next, { ...span, isDeleted }));
      open = [];
    }
  }
  return phases;
}

function isActive({ isOn, isForeign }: Row): boolean {
  return isOn && !isForeign;
}

function isSame(a: Row | null, b: Row): boolean {
  return a !== null && isActive(a) && isActive(b) &&
    JSON.stringify(paramsOf(a)) === JSON.stringify(paramsOf(b)) &&
    triggerOf(a) === triggerOf(b);
}

/** By how much the API's clock may be ahead of that of a sensor, and behind, as the sensor measures it. */
interface Skew {
  readonly aheadMs: number;
  readonly behindMs: number;
}

function skewOf({ processes, plan }: Chronicle): Skew {
  const skews = processes.flatMap(({ clock }) =>
    clock.map(({ offsetMs }) => plan.setting.apiSkewMs - offsetMs)
  );
  const [least, most] = [Math.min(0, ...skews), Math.max(0, ...skews)];
  return {
    aheadMs: most === 0 ? 0 : most + MEASURING_MS,
    behindMs: least === 0 ? 0 : MEASURING_MS - least,
  };
}

function phaseOf(
  states: readonly RuleState[],
  next: RuleState | undefined,
  { until, aheadMs, behindMs, isDeleted }: Skew & {
    readonly until: number;
    readonly isDeleted: boolean;
  },
): Phase {
  const [first] = states;
  if (first === undefined || first.row === null) throw new Error("A phase without a rule");
  const { row, row: { draft, onMissed } } = first;
  // A rule begins when it was made by the clock of the sensor, on which its occurrences are.
  const earliest = first.stampAt - aheadMs - (draft.kind === "once" ? ONCE_LEEWAY_MS : 0);
  const hits = (instant: number) => occurrencesOf(row, instant - 1, instant).includes(instant);
  return {
    ruleId: first.ruleId,
    ref: first.ref,
    draft,
    onMissed,
    versions: states.map(({ row, at, stampAt }) => ({
      version: row?.version ?? 0,
      at,
      stampAt: stampAt + behindMs,
    })),
    names: (instant) => instant > earliest && hits(instant),
    hits,
    before: (instant, count) =>
      count === 0 ? [] : occurrencesOf(row, earliest, instant - 1).slice(-count),
    occurrences: occurrencesOf(
      row,
      first.stampAt + behindMs,
      Math.min(next?.stampAt ?? until, until),
    ),
    end: next === undefined ? null : { at: next.at },
    isDeleted,
  };
}

/** The instants that a rule names, after `from` and up to `until`. */
function occurrencesOf(row: Row, from: number, until: number): number[] {
  const { draft, createdAt, draftedAt } = row;
  const found: number[] = [];
  switch (draft.kind) {
    case "once": {
      const at = draftedAt + draft.inMs;
      return at > from - ONCE_LEEWAY_MS && at <= until ? [at] : [];
    }
    case "every": {
      const stepMs = draft.seconds * 1000;
      const before = Math.max(0, Math.floor((from - createdAt) / stepMs));
      for (let n = before + 1; createdAt + n * stepMs <= until; n++) {
        found.push(createdAt + n * stepMs);
      }
      return found.filter((at) => at > from);
    }
    case "cron": {
      for (let at = Math.floor(from / 1000) * 1000 + 1000; at <= until; at += 1000) {
        if ((at / 1000) % 60 % draft.seconds === 0) found.push(at);
      }
      return found;
    }
    default:
      return draft satisfies never;
  }
}
