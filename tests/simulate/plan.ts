import type { OnMissed } from "../../src/schedule/schedule.ts";

/** When everything begins: epoch milliseconds. */
export const START: number = Date.UTC(2025, 0, 1);

/** What a simulation does: the same plan does the same, to the byte. Times are in milliseconds. */
export interface Plan {
  readonly seed: number;
  readonly setting: Setting;
  /** In the order of their times. */
  readonly operations: readonly Operation[];
  /** From {@link START} to the last of the operations; then everything heals. */
  readonly lastsMs: number;
}

/** What stays as it is all the time. */
export interface Setting {
  /** Machines that compete for each shard, one sensor each. More than one: with `ATTUNE_HA`. */
  readonly instances: number;
  readonly shards: number;
  readonly windowMs: number;
  readonly reconcileMs: number;
  /** To the API and back, half each way. */
  readonly latencyMs: number;
  /** The API's clock less true time. */
  readonly apiSkewMs: number;
}

/** What a rule says of its times. */
export type Draft =
  | { readonly kind: "every"; readonly seconds: number }
  /** Each instant whose second of the minute divides by `seconds`. */
  | { readonly kind: "cron"; readonly seconds: number }
  /** `inMs` after it was written. */
  | { readonly kind: "once"; readonly inMs: number };

/** What becomes of the message about a change. */
export type Fate =
  | { readonly kind: "sent" }
  | { readonly kind: "lost" }
  | { readonly kind: "late"; readonly ms: number }
  | { readonly kind: "doubled"; readonly ms: number }
  | { readonly kind: "malformed" };

/** What the API, or somebody before it, does with requests. */
export type ApiFault =
  /** Nothing listens. */
  | "down"
  /** It takes a request and never answers. */
  | "hang"
  /** What is asked for is done, and the connection breaks before the answer. */
  | "answers lost"
  | "slow"
  | "500"
  | "429"
  /** It refuses for good. */
  | "422"
  /** A proxy answers in its place. */
  | "proxy";

/** Which requests. */
export type Requests = "reads" | "posts" | "all";

/** Something that happens at a time. Rules and machines are named by their numbers, from 1. */
export type Operation =
  & { readonly atMs: number }
  & (
    | {
      readonly kind: "make";
      readonly rule: number;
      readonly draft: Draft;
      readonly onMissed: OnMissed;
      readonly fate: Fate;
    }
    | { readonly kind: "edit"; readonly rule: number; readonly draft: Draft; readonly fate: Fate }
    | { readonly kind: "switch"; readonly rule: number; readonly on: boolean; readonly fate: Fate }
    | { readonly kind: "delete"; readonly rule: number; readonly fate: Fate }
    /** To a trigger that is none of ours. */
    | { readonly kind: "move"; readonly rule: number; readonly fate: Fate }
    /** After so many more deeds that can be seen outside. A machine's end is not noticed at once. */
    | {
      readonly kind: "kill";
      readonly machine: number;
      readonly deeds: number;
      readonly isMachine: boolean;
      readonly downMs: number;
    }
    /** SIGTERM; it starts again so long after. */
    | { readonly kind: "stop"; readonly machine: number; readonly downMs: number }
    /** Nothing runs; the monotonic clock stands still as well where it was suspended. */
    | {
      readonly kind: "stall";
      readonly machine: number;
      readonly ms: number;
      readonly isSuspended: boolean;
    }
    | { readonly kind: "step"; readonly machine: number; readonly ms: number }
    | {
      readonly kind: "api";
      readonly fault: ApiFault;
      readonly of: Requests;
      readonly ms: number;
    }
    | { readonly kind: "broker"; readonly fault: "down" | "blocked" | "full"; readonly ms: number }
    /** Nothing passes between a machine and the broker. */
    | { readonly kind: "freeze"; readonly machine: number; readonly ms: number }
    /** After so many more messages either way; half open: the broker does not notice. */
    | {
      readonly kind: "cut";
      readonly machine: number;
      readonly messages: number;
      readonly isHalfOpen: boolean;
    }
  );

/** One kind of operation. */
export type Of<Kind extends Operation["kind"]> = Operation & { readonly kind: Kind };
