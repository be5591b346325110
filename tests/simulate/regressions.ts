import type { Draft, Fate, Of, Operation, Plan, Setting } from "./plan.ts";
import { PLAIN } from "./shrink.ts";

/** A world that once went wrong, in the fewest operations that it took. */
export interface Regression {
  /** What has to hold. */
  readonly name: string;
  readonly plan: Plan;
  /** What goes wrong still: known, and to be mended. */
  readonly stillWrong?: string;
}

const SECOND_MS = 1000;
/** After the last operation, before everything heals. */
const AFTERWARDS_MS = 15 * SECOND_MS;
const SENT: Fate = { kind: "sent" };
const LOST: Fate = { kind: "lost" };

function plan(operations: readonly Operation[], setting: Partial<Setting> = {}): Plan {
  return {
    seed: 0,
    setting: { ...PLAIN, ...setting },
    operations,
    lastsMs: (operations.at(-1)?.atMs ?? 0) + AFTERWARDS_MS,
  };
}

function every(seconds: number): Draft {
  return { kind: "every", seconds };
}

function once(inMs: number): Draft {
  return { kind: "once", inMs };
}

function make(atMs: number, draft: Draft, parts: Partial<Of<"make">> = {}): Operation {
  return { atMs, kind: "make", rule: 1, draft, onMissed: "latest", fate: SENT, ...parts };
}

function edit(atMs: number, draft: Draft, fate: Fate): Operation {
  return { atMs, kind: "edit", rule: 1, draft, fate };
}

function stop(atMs: number, downMs: number): Operation {
  return { atMs, kind: "stop", machine: 1, downMs };
}

function kill(atMs: number, deeds: number, downMs: number): Operation {
  return { atMs, kind: "kill", machine: 1, deeds, isMachine: false, downMs };
}

function api(atMs: number, ms: number, fault: Of<"api">["fault"], of: Of<"api">["of"]): Operation {
  return { atMs, kind: "api", fault, of, ms };
}

/** Each of them, in the order in which they were found. */
export const REGRESSIONS: readonly Regression[] = [
  {
    name: "What an event stands for is counted again when it hangs and its sensor is killed",
    plan: plan([
      make(0, every(20)),
      stop(25_000, 60_000),
      api(84_000, 1250, "hang", "posts"),
      kill(87_000, 0, 100),
    ]),
  },
  {
    name: "The last 10 s of a long pause fire whatever the catch-up window",
    plan: plan([make(0, every(1)), stop(10_000, 200_000), make(215_000, every(30), { rule: 2 })], {
      windowMs: 0,
    }),
  },
  {
    name:
      "A one-shot fires though the schedule that it replaced fired later instants before it was heard of",
    plan: plan([
      make(0, every(10)),
      edit(11_000, once(4000), { kind: "late", ms: 10_000 }),
      make(30_000, every(30), { rule: 2 }),
    ]),
  },
  {
    name: "A schedule fires from its edit on though its clock is ahead and the old one fired there",
    plan: plan([
      { atMs: 0, kind: "step", machine: 1, ms: 6000 },
      make(1, { kind: "cron", seconds: 10 }),
      edit(25_000, every(2), SENT),
    ]),
  },
  {
    name:
      "A one-shot for the moment at which it is written fires though the sensor restarts meanwhile",
    plan: plan([stop(10_900, 19_000), make(12_500, once(-8000))]),
  },
  {
    name: "The anchor of a rule that is known stays while only a message tells of its change",
    plan: plan([
      make(1, every(5)),
      api(18_000, 4000, "500", "reads"),
      { atMs: 19_000, kind: "switch", rule: 1, on: true, fate: SENT },
    ]),
  },
  {
    name: "What waits in the outbox is delivered though its rule moves to another trigger",
    plan: plan([
      make(0, every(2)),
      api(5000, 10_000, "down", "posts"),
      { atMs: 12_000, kind: "move", rule: 1, fate: SENT },
    ]),
  },
  {
    name: "Events come in order though RabbitMQ does not notice that a connection was lost",
    plan: plan([
      make(0, every(2)),
      api(5000, 10_000, "down", "posts"),
      { atMs: 13_000, kind: "cut", machine: 1, messages: 0, isHalfOpen: true },
    ]),
  },
  {
    name: "A rule that is made while a sensor drains fires from the beginning on",
    plan: plan([
      make(0, every(2)),
      api(9900, 9000, "hang", "posts"),
      stop(10_100, 3000),
      make(10_200, every(1), { rule: 2 }),
    ]),
  },
  {
    name:
      "What is caught up for a rule heard late is made up for when the sensor is killed meanwhile",
    plan: plan([
      make(0, every(10)),
      make(5000, every(2), { rule: 2, fate: LOST, onMissed: "all" }),
      kill(59_000, 40, 100),
    ]),
  },
  {
    name:
      "A rule fires from the beginning on though it was made by a clock behind that of the last checkpoint",
    plan: plan([
      { atMs: 1000, kind: "step", machine: 1, ms: 8000 },
      stop(12_000, 1),
      make(15_000, every(2)),
    ]),
  },
  {
    name: "A change that only a message tells of counts from when it was made",
    plan: plan([
      make(0, { kind: "cron", seconds: 1 }),
      edit(1, once(-7660), LOST),
      api(29_000, 12_000, "500", "reads"),
      edit(37_000, every(30), SENT),
    ]),
    stillWrong: "stale",
  },
  {
    name: "A rule that is heard of late holds up no other while RabbitMQ does not answer",
    plan: plan([
      make(0, every(2)),
      make(11, { kind: "cron", seconds: 10 }, { rule: 2, fate: LOST }),
      { atMs: 14_000, kind: "freeze", machine: 1, ms: 9000 },
    ], { reconcileMs: 15_000 }),
  },
  {
    name: "What one sensor fired does not fire again by the next, whose clock is set back",
    plan: plan([
      make(0, { kind: "cron", seconds: 10 }),
      kill(22_532, 0, 0),
      { atMs: 24_507, kind: "step", machine: 1, ms: -10_000 },
    ]),
    stillWrong: "doubled",
  },
  {
    name: "A one-shot that fired does not fire again though the API's clock is a little ahead",
    plan: plan([make(0, once(-1429), { rule: 2 }), stop(110, 1)], { apiSkewMs: 1500 }),
    stillWrong: "doubled",
  },
  {
    name: "What waits in the outbox is delivered though its rule moves and the sensor is killed",
    plan: plan([
      make(0, every(2)),
      api(5000, 15_000, "down", "posts"),
      { atMs: 12_000, kind: "move", rule: 1, fate: SENT },
      kill(15_000, 0, 100),
    ]),
    stillWrong: "lost",
  },
  {
    name: "A stop while RabbitMQ takes nothing doubles nothing",
    plan: plan([
      make(0, every(10)),
      { atMs: 16_000, kind: "broker", fault: "blocked", ms: 12_000 },
      stop(21_000, 1),
    ]),
    stillWrong: "doubled",
  },
];
