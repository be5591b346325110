import type { ProcessRecord } from "./chronicle.ts";
import type { Fault, Occurrence } from "./oracle/fault.ts";
import type { Outcome } from "./simulate.ts";

/** A fault of the product that is known, and not mended yet. */
export interface Known {
  readonly name: string;
  /** Whether it is what befell an occurrence. */
  readonly explains: (
    fault: Fault & { readonly occurrence: Occurrence },
    outcome: Outcome,
  ) => boolean;
}

/** What is known. An entry goes when what it names is mended: the regressions tell. */
export const KNOWN: readonly Known[] = [
  {
    name: "what the old schedule fired bounds the new one",
    explains: ({ what, occurrence: { ruleId, scheduledAt } }, { chronicle: { posts } }) =>
      what === "lost" &&
      posts.some((it) => it.ruleId === ruleId && it.scheduledAt > scheduledAt),
  },
  {
    name: "the time of a message becomes the anchor",
    explains: ({ what, occurrence: { ruleId } }, { chronicle: { processes } }) =>
      (what === "stray" || what === "lost") &&
      processes.some(says(`Took the message about rule ${ruleId} at its word`)),
  },
  {
    name: "a stop that RabbitMQ does not hear of leaves an old checkpoint",
    explains: ({ what }, { chronicle: { processes } }) =>
      (what === "doubled" || what === "overcounted") &&
      processes.some(({ how }) => how === "stopped"),
  },
];

function says(text: string): (process: ProcessRecord) => boolean {
  return ({ said }) => said.some((line) => line.text.startsWith(text));
}

/** The name under which a fault is known; `null`: it is new. */
export function knownAs(fault: Fault, outcome: Outcome): string | null {
  const { occurrence } = fault;
  if (occurrence === null) return null;
  return KNOWN.find((it) => it.explains({ ...fault, occurrence }, outcome))?.name ?? null;
}
