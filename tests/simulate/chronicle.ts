import type { Plan } from "./plan.ts";
import type { Post } from "./world/posts.ts";
import type { Row } from "./world/rule_table.ts";
import type { Ending } from "./world/sensor_process.ts";

// What was seen of a simulated world from outside. All instants are epoch milliseconds, those named `at`,
// `from` and `until` of true time.

/** A rule as the platform had it from `at` on; `null`: it had it no more. */
export interface RuleState {
  readonly at: number;
  /** The same on the API's clock. */
  readonly stampAt: number;
  readonly ruleId: number;
  readonly ref: string;
  readonly row: Row | null;
}

/** A message about a rule reached the queues of those who listen. */
export interface Telling {
  readonly at: number;
  readonly ruleId: number;
  readonly version: number;
}

/** An answer that showed a rule reached a process; `null`: that there is none of this ref. */
export interface Reading {
  readonly at: number;
  readonly ref: string;
  readonly ruleId: number | null;
  readonly version: number | null;
}

/** From one instant to another. */
export interface Stretch {
  readonly from: number;
  until: number;
}

/** One process of the sensor. */
export interface ProcessRecord {
  readonly number: number;
  readonly machine: number;
  /** The share of the rules that is its own, from 1. */
  readonly shard: number;
  readonly startedAt: number;
  endedAt: number;
  how: Ending | "running";
  /** Its wall clock was ahead of true time by so much from then on. */
  readonly clock: { readonly at: number; readonly offsetMs: number }[];
  readonly stalls: Stretch[];
  readonly readings: Reading[];
  /** When it fired, by what it said. */
  readonly reigns: Stretch[];
  readonly said: { readonly at: number; readonly level: string; readonly text: string }[];
}

/** The broker took in a checkpoint of a shard: all up to `upTo`, on the wall clock of whoever wrote it. */
export interface CheckpointRecord {
  readonly at: number;
  readonly shard: number;
  readonly upTo: number;
}

/** Something that must never happen, seen as it happened. */
export interface Wrong {
  readonly at: number;
  readonly what: string;
  readonly text: string;
}

/** Everything that was seen of a world. */
export interface Chronicle {
  readonly plan: Plan;
  readonly rules: readonly RuleState[];
  readonly tellings: readonly Telling[];
  readonly processes: readonly ProcessRecord[];
  readonly posts: readonly Post[];
  readonly checkpoints: readonly CheckpointRecord[];
  readonly wrongs: readonly Wrong[];
  readonly endAt: number;
}
