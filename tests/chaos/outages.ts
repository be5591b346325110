import type { FaultSpec } from "../../src/dev/platform/faults.ts";
import type { Platform } from "../../src/dev/platform/platform.ts";
import type { Sleep } from "./broker.ts";
import type { Diary } from "./diary.ts";
import type { Random } from "./random.ts";

const EVENTS = { method: "POST", path: "/api/v1/events" } as const;
/** How long the sensor waits for an answer. */
const REQUEST_TIMEOUT_MS = 10_000;

/** What can be wrong with the API. */
export const OUTAGE_KINDS = [
  /** Nobody listens, and what was connected is cut. */
  "down",
  /** No answers. */
  "hang",
  /** Answers 500, 502 or 503, some of them only now and then. */
  "5xx",
  /** Connections are reset before anything is stored. */
  "reset",
  /** Events are stored and their answers are lost, with a reset or in the middle. */
  "lost answers",
  /** The token is refused. */
  "401",
  /** Too many requests, with or without a word on when to come back. */
  "429",
  /** Answers take their time. */
  "slow",
] as const;
export type OutageKind = typeof OUTAGE_KINDS[number];

/** What an outage needs. */
export interface OutageWorld {
  readonly platform: Platform;
  readonly diary: Diary;
  readonly random: Random;
  readonly sleep: Sleep;
}

/** Lets the API fail for a while. */
export async function outage(world: OutageWorld, kind: OutageKind, ms: number): Promise<void> {
  const { platform, diary, random, sleep } = world;
  diary.outages++;
  using _stall = diary.stalled(kind === "hang" ? REQUEST_TIMEOUT_MS : 0);
  using _lost = kind === "lost answers" ? diary.answersLost() : null;
  if (kind === "down") {
    {
      // A connection that is cut takes the answers with it that are still on their way.
      using _cut = diary.answersLost();
      await platform.down();
    }
    try {
      await sleep(ms);
    } finally {
      await platform.up();
    }
    return;
  }
  using stack = new DisposableStack();
  for (const spec of faultsOf(kind, random)) stack.use(platform.faults.add(spec));
  await sleep(ms);
}

function faultsOf(kind: Exclude<OutageKind, "down">, random: Random): FaultSpec[] {
  const seed = random.between(1, 2 ** 31);
  const share = { probability: random.pick([0.3, 0.7, 1]), seed };
  switch (kind) {
    case "hang":
      return [{ kind: "hang", ...EVENTS, ...share }];
    case "5xx":
      return [{ kind: "answer", status: random.pick([500, 502, 503]), ...EVENTS, ...share }];
    case "reset":
      return [{ kind: "reset", ...EVENTS, ...share }];
    case "lost answers":
      return [
        { kind: "reset", after_commit: true, ...EVENTS, probability: 0.4, seed },
        { kind: "garbage", form: "cut", ...EVENTS, probability: 0.3, seed: seed + 1 },
      ];
    case "401": {
      const body = JSON.stringify({
        error: { code: 401, message: "Authentication token expired" },
      });
      const headers = { "content-type": "application/json" };
      return [{ kind: "answer", status: 401, headers, body, path: "/api/v1/*" }];
    }
    case "429": {
      const headers: Record<string, string> = random.chance(0.5)
        ? { "retry-after": String(random.between(0, 2)) }
        : {};
      return [{ kind: "answer", status: 429, headers, ...EVENTS, ...share }];
    }
    case "slow":
      return [{ kind: "latency", ms: random.between(300, 1500), ...EVENTS, ...share }];
    default:
      return kind satisfies never;
  }
}
