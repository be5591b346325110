import { Random } from "../chaos/random.ts";
import type { ApiFault, Draft, Fate, Operation, Plan, Requests, Setting } from "./plan.ts";

const SECOND_MS = 1000;
const MOST_RULES = 4;
const API_FAULTS: readonly ApiFault[] = [
  "down",
  "hang",
  "answers lost",
  "slow",
  "500",
  "429",
  "422",
  "proxy",
];
const REQUESTS: readonly Requests[] = ["reads", "posts", "all"];

/** Draws one operation of a kind. */
type Drawer = (random: Random, atMs: number, setting: Setting) => Operation;

const rule = (random: Random) => random.between(1, MOST_RULES);
const machine = (random: Random, { instances, shards }: Setting) =>
  random.between(1, instances * shards);
/** Short ones more often than long ones. */
const span = (random: Random, shortestMs: number, longestMs: number) =>
  Math.round(shortestMs * (longestMs / shortestMs) ** random.next());

const DRAWERS: Readonly<Record<Operation["kind"], Drawer>> = {
  make: (random, atMs) => ({
    atMs,
    kind: "make",
    rule: rule(random),
    draft: draft(random),
    onMissed: random.pick(["latest", "latest", "all", "skip"]),
    fate: fate(random),
  }),
  edit: (random, atMs) => ({
    atMs,
    kind: "edit",
    rule: rule(random),
    draft: draft(random),
    fate: fate(random),
  }),
  switch: (random, atMs) => ({
    atMs,
    kind: "switch",
    rule: rule(random),
    on: random.chance(0.5),
    fate: fate(random),
  }),
  delete: (random, atMs) => ({ atMs, kind: "delete", rule: rule(random), fate: fate(random) }),
  move: (random, atMs) => ({ atMs, kind: "move", rule: rule(random), fate: fate(random) }),
  kill: (random, atMs, setting) => ({
    atMs,
    kind: "kill",
    machine: machine(random, setting),
    deeds: random.between(0, 12),
    isMachine: random.chance(0.2),
    downMs: span(random, 10, 90 * SECOND_MS),
  }),
  stop: (random, atMs, setting) => ({
    atMs,
    kind: "stop",
    machine: machine(random, setting),
    downMs: span(random, 10, 90 * SECOND_MS),
  }),
  stall: (random, atMs, setting) => ({
    atMs,
    kind: "stall",
    machine: machine(random, setting),
    ms: span(random, 100, 40 * SECOND_MS),
    isSuspended: random.chance(0.3),
  }),
  step: (random, atMs, setting) => ({
    atMs,
    kind: "step",
    machine: machine(random, setting),
    ms: span(random, 100, 60 * SECOND_MS) * (random.chance(0.5) ? 1 : -1),
  }),
  api: (random, atMs) => ({
    atMs,
    kind: "api",
    fault: random.pick(API_FAULTS),
    of: random.pick(REQUESTS),
    ms: span(random, 100, 60 * SECOND_MS),
  }),
  broker: (random, atMs) => ({
    atMs,
    kind: "broker",
    fault: random.pick(["down", "blocked", "full"]),
    ms: span(random, 100, 60 * SECOND_MS),
  }),
  freeze: (random, atMs, setting) => ({
    atMs,
    kind: "freeze",
    machine: machine(random, setting),
    ms: span(random, 100, 40 * SECOND_MS),
  }),
  cut: (random, atMs, setting) => ({
    atMs,
    kind: "cut",
    machine: machine(random, setting),
    messages: random.between(0, 12),
    isHalfOpen: random.chance(0.4),
  }),
};
const KINDS = ["make", "edit", "switch", "delete", "move", "kill", "stop", "stall", "step", "api"]
  .concat("broker", "freeze", "cut") as readonly Operation["kind"][];

/** The plan of a seed. Few kinds of faults together: where all happen at once, one hides the other. */
export function draw(seed: number): Plan {
  const random = new Random(`plan ${seed}`);
  const setting = drawSetting(random);
  const lastsMs = random.between(30, 150) * SECOND_MS;
  const kinds = KINDS.filter(() => random.chance(0.35));
  const operations: Operation[] = [];
  for (let rules = random.between(1, MOST_RULES); rules > 0; rules--) {
    const atMs = random.chance(0.6) ? 0 : random.between(0, lastsMs);
    operations.push({ ...DRAWERS.make(random, atMs, setting), rule: rules } as Operation);
  }
  for (let left = random.between(1, 14); left > 0 && kinds.length > 0; left--) {
    operations.push(DRAWERS[random.pick(kinds)](random, random.between(0, lastsMs), setting));
  }
  operations.sort((a, b) => a.atMs - b.atMs);
  return { seed, setting, operations, lastsMs };
}

function drawSetting(random: Random): Setting {
  return {
    instances: random.pick([1, 1, 1, 2, 3]),
    shards: random.pick([1, 1, 1, 1, 2]),
    windowMs: random.pick([0, 5000, 20_000, 60_000, 3_600_000, 3_600_000]),
    reconcileMs: random.pick([5000, 15_000, 60_000]),
    latencyMs: random.pick([0, 4, 40]),
    apiSkewMs: random.pick([0, 0, 0, -1500, 1500, 8000]),
  };
}

function draft(random: Random): Draft {
  const kind = random.pick(["every", "every", "cron", "once"]);
  if (kind === "once") {
    return {
      kind,
      inMs: random.pick([-12, -8, -2, 1, 5, 20]) * SECOND_MS + random.between(0, 999),
    };
  }
  const seconds = random.pick([1, 2, 5, 10, 15, 20, 30]);
  return kind === "cron" ? { kind, seconds } : { kind: "every", seconds };
}

function fate(random: Random): Fate {
  const kind = random.pick(["sent", "sent", "sent", "sent", "lost", "lost", "late", "doubled"]);
  if (kind === "late" || kind === "doubled") return { kind, ms: span(random, 10, 30 * SECOND_MS) };
  return random.chance(0.03) ? { kind: "malformed" } : { kind: kind === "lost" ? "lost" : "sent" };
}
