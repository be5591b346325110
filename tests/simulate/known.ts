import { Evidence } from "./oracle/evidence.ts";
import type { Fault, Occurrence } from "./oracle/fault.ts";
import type { Phase } from "./oracle/phases.ts";
import { knownSince } from "./oracle/sightings.ts";
import type { Operation } from "./plan.ts";
import type { Outcome } from "./simulate.ts";

/** What a fault befell, and where to look for its cause. */
interface Case {
  readonly what: string;
  readonly occurrence: Occurrence;
  /** The schedules of the rule that named the instant. */
  readonly phases: readonly Phase[];
  readonly evidence: Evidence;
}

/** A fault of the product that is known, and not mended yet. */
interface Known {
  readonly name: string;
  readonly explains: (it: Case) => boolean;
}

/** What keeps a sensor from RabbitMQ. */
const CUTTING: ReadonlySet<Operation["kind"]> = new Set(["broker", "freeze", "cut", "stall"]);

const SET_BACK: ReadonlySet<string> = new Set(
  ["lost", "doubled", "disordered", "overcounted", "miscounted"],
);

/** What is known. An entry goes when what it names is mended: the regressions tell. */
const KNOWN: readonly Known[] = [
  {
    name: "a change that only a message tells of is planned from the rule's creation",
    explains: ({ what, occurrence: { ruleId }, evidence: { chronicle: { processes } } }) =>
      (what === "stale" || what === "stray") &&
      processes.some(({ said }) =>
        said.some(({ text }) =>
          text.startsWith(`Took the message about rule ${ruleId} at its word`)
        )
      ),
  },
  {
    name: "what the old schedule fired bounds the new one",
    explains: ({ what, occurrence: { ruleId, scheduledAt }, phases, evidence }) =>
      what === "lost" && evidence.chronicle.posts.some((post) => {
        if (post.ruleId !== ruleId || post.scheduledAt < scheduledAt) return false;
        const knownAt = phases.map((phase) => knownSince(evidence.senderOf(post), phase));
        return knownAt.every((at) => at === null || at > post.sentAt);
      }),
  },
  {
    name: "the checkpoint speaks for rules that nobody knew",
    explains: ({ what, occurrence, phases, evidence }) =>
      what === "lost" &&
      reignsBefore(occurrence, evidence).some(({ process, until }) =>
        phases.some((phase) => (knownSince(process, phase) ?? Infinity) >= until)
      ),
  },
  {
    name: "a stop that RabbitMQ does not hear of leaves an old checkpoint",
    explains: ({ what, evidence }) =>
      (what === "doubled" || what === "overcounted") &&
      evidence.chronicle.processes.some(({ how }) => how === "stopped") &&
      evidence.chronicle.plan.operations.some(({ kind }) => CUTTING.has(kind)),
  },
  {
    name: "a clock that is set back costs more than the README says",
    explains: ({ what, evidence: { chronicle: { plan: { operations } } } }) =>
      SET_BACK.has(what) && operations.some((it) => it.kind === "step" && it.ms < 0),
  },
  {
    name: "to a clock that is behind, a rule was made after the checkpoint that knew it",
    explains: ({ what, phases, evidence: { chronicle: { plan: { operations, setting } } } }) =>
      what === "doubled" && phases.some(({ draft }) => draft.kind === "once") &&
      (setting.apiSkewMs > 0 || operations.some(({ kind }) => kind === "step")),
  },
  {
    name: "whoever does not know a rule discards its events in the outbox",
    explains: ({ what, occurrence: { ruleId }, evidence: { chronicle: { processes } } }) =>
      what === "lost" &&
      processes.some(({ said }) =>
        said.some(({ text }) => text.startsWith(`Discarded an event of rule ${ruleId}`))
      ),
  },
  {
    name: "a lost connection that RabbitMQ has not noticed holds earlier events",
    explains: ({ what, evidence: { chronicle: { plan: { operations } } } }) =>
      what === "disordered" && operations.some((it) => it.kind === "cut" && it.isHalfOpen),
  },
];

/** The name under which a fault is known; `null`: it is new. */
export function knownAs({ what, occurrence }: Fault, { chronicle }: Outcome): string | null {
  if (occurrence === null) return null;
  const evidence = new Evidence(chronicle);
  const { ruleId, scheduledAt } = occurrence;
  const phases = evidence.phases.filter((it) => it.ruleId === ruleId && it.names(scheduledAt));
  return KNOWN.find((it) => it.explains({ what, occurrence, phases, evidence }))?.name ?? null;
}

/** Those whose checkpoint says that an occurrence is seen to. */
function reignsBefore({ ruleId, scheduledAt }: Occurrence, evidence: Evidence) {
  const reigns = evidence.reignsOver(ruleId);
  return reigns.filter((_, index) => (reigns[index + 1]?.since ?? -Infinity) >= scheduledAt);
}
