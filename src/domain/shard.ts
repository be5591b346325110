import type { RuleId } from "./rule.ts";

/** The most instances that may share the rules. */
export const MOST_SHARDS = 1024;

/** A share of the rules: the `index`th of `count`, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** The names of the queues in RabbitMQ that are one shard's own. */
export interface ShardQueues {
  /** Where the messages about rules come in. */
  readonly rules: string;
  readonly outbox: string;
  readonly dead: string;
  readonly checkpoint: string;
  /** Whose one consumer is the instance that fires, where several run the same shard. */
  readonly lease: string;
  /** Which all instances that compete for the lease consume. */
  readonly instances: string;
}

/** Whether a rule is the shard's: each rule is exactly one's. */
export function ownsRule({ index, count }: Shard, ruleId: RuleId): boolean {
  return ruleId % count === index - 1;
}

/** What the names of a shard's queues begin with: `base` where there is but one shard. */
export function shardQueue(base: string, { index, count }: Shard): string {
  return count === 1 ? base : `${base}.${index}-${count}`;
}

/** The queues of a shard. */
export function queuesOf(base: string, shard: Shard): ShardQueues {
  const rules = shardQueue(base, shard);
  const lease = `${rules}.lease`;
  return {
    rules,
    outbox: `${rules}.outbox`,
    dead: `${rules}.dead`,
    checkpoint: `${rules}.checkpoint`,
    lease,
    instances: `${lease}.instances`,
  };
}

/** All shards where there are `count`. */
export function shardsOf(count: number): Shard[] {
  return Array.from({ length: count }, (_, n) => ({ index: n + 1, count }));
}
