import type { Draft } from "./draft.ts";
import type { ParamsForm } from "./params_form.ts";
import type { Timer } from "./timer.ts";

/** A kind of timer: all that there is to be said of it apart from its timers. */
export interface TimerKind {
  readonly name: string;
  /** The platform's trigger whose rules are of this kind, with the `type` of its events (contract 4). */
  readonly trigger: { readonly ref: string; readonly type: string };
  /** Members of the parameters that give the kind away where nothing names it. */
  readonly telltales: readonly string[];
  /** Kinds that it is not to be taken for, although it has their members. */
  readonly outranks: readonly string[];
  /** The ways to write its parameters. */
  readonly forms: readonly ParamsForm[];
  /** Makes a timer of a rule's parameters; `null` where the draft has a problem. */
  compile(draft: Draft): Timer | null;
}
