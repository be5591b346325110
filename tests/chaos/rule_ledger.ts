import type { RuleRow } from "../../src/dev/platform/rule_shapes.ts";
import { ruleFromRow } from "../../src/platform/rule_rows.ts";
import { compile } from "../../src/schedule/kinds.ts";
import type { Occurrence } from "./evidence.ts";
import { occurrencesOf, type Phase, type Span } from "./expected.ts";

/** Before a rule changes, so long may what was due be overtaken by the change. */
const OVERTAKEN_MS = 1500;
/** After a rule changed, so long may the sensor not know it yet. */
const NOT_KNOWN_MS = 3000;
const ALWAYS: Span = { from: -Infinity, until: Infinity };

/** Which rules there were, and when: what should have fired follows from it. */
export class RuleLedger {
  readonly #phases: Phase[] = [];

  /** A rule that was there before the first sensor. */
  found(row: RuleRow): void {
    this.#add(row, ALWAYS);
  }

  /** A rule that has just been made, changed or enabled; what it said before no longer counts. */
  changed(row: RuleRow): void {
    const from = Date.parse(row.updated);
    this.ended(row);
    // The row's stamp is finer than the clock.
    if (row.enabled) this.#add(row, { from: from + 1, until: Infinity });
  }

  /** A rule that has just been disabled. */
  ended({ id, updated }: RuleRow): void {
    const at = Date.parse(updated);
    for (const [index, phase] of this.#phases.entries()) {
      if (phase.ruleId !== id || phase.may.until !== Infinity) continue;
      this.#phases[index] = {
        ...phase,
        must: { ...phase.must, until: at - OVERTAKEN_MS },
        may: { ...phase.may, until: at + NOT_KNOWN_MS },
      };
    }
  }

  /**
   * All occurrences: those due while `must` have to come, those due while `may` may come. `gaps` as for
   * {@link occurrencesOf}.
   */
  occurrences(must: Span, may: Span, gaps: readonly Span[]): readonly Occurrence[] {
    return this.#phases.flatMap((phase) =>
      occurrencesOf(
        { ...phase, must: both(phase.must, must), may: both(phase.may, may) },
        gaps,
      )
    );
  }

  #add(row: RuleRow, span: Span): void {
    const { id, triggerRef, params, createdAt } = ruleFromRow(row);
    const compiled = compile(triggerRef, params, createdAt);
    if (!compiled.ok) throw new Error(`${row.ref}: ${compiled.problems.join("; ")}`);
    this.#phases.push({ ruleId: id, timer: compiled.timer, must: span, may: span });
  }
}

function both(a: Span, b: Span): Span {
  return { from: Math.max(a.from, b.from), until: Math.min(a.until, b.until) };
}
