import { newestCheckpoint } from "../domain/checkpoint.ts";
import type { Clock } from "../ground/clock.ts";
import type { Layout } from "../domain/layout.ts";
import { queuesOf, type Shard, shardsOf } from "../domain/shard.ts";
import { readCheckpoints } from "./checkpoint.ts";
import { isAbsent, isForbidden, replyCode, replyText } from "./fault.ts";
import { peek } from "./peek.ts";
import { onChannel } from "./session.ts";
import type { Connection } from "./channel.ts";

/** Shards looked at together: a connection has some 2000 channels. */
const TOGETHER = 32;
const LOOKS = 5;
const PRECONDITION_FAILED = 406;

/** Where shards keep what is theirs. */
export interface Shards {
  readonly model: Connection;
  /** What the names of all their queues begin with. */
  readonly base: string;
  /** How many there are. */
  readonly count: number;
}

/** What shut the way from one number of shards to another. */
export interface Occupied {
  /** For each shard that some instance runs, a queue that it consumes. */
  readonly consumed: readonly string[];
  /** Outboxes with events in them. */
  readonly parked: readonly { readonly queue: string; readonly count: number }[];
}

/** Which shards run, and which have yet to deliver something. */
export async function occupied({ model, base, count }: Shards): Promise<Occupied> {
  const found = await eachShard(count, async (shard) => {
    const { rules, outbox, lease, instances } = queuesOf(base, shard);
    const [messages, ...others] = await Promise.all(
      [outbox, rules, lease, instances].map(async (queue) => {
        return { queue, ...await stateOf(model, queue) };
      }),
    );
    const used = [...others, messages].find((it) => it !== undefined && it.consumers > 0);
    return { consumed: used?.queue, parked: { queue: outbox, count: messages?.messages ?? 0 } };
  });
  return {
    consumed: found.map((it) => it.consumed).filter((queue) => queue !== undefined),
    parked: found.map((it) => it.parked).filter((it) => it.count > 0),
  };
}

/**
 * Deletes the queues that shards of before leave behind, for those of rule messages would fill for ever.
 * What is used or not empty stays. Returns the queues in use, and a warning for each other one that is left.
 */
export async function deleteQueues(
  { model, base, count }: Shards,
): Promise<{ inUse: string[]; warnings: string[] }> {
  const left = await eachShard(count, async (shard) => {
    const { rules, outbox, lease } = queuesOf(base, shard);
    const inUse: string[] = [];
    const warnings: string[] = [];
    for (const queue of [rules, lease, outbox]) {
      try {
        const options = { ifUnused: true, ifEmpty: queue === outbox };
        await onChannel(model, (channel) => channel.deleteQueue(queue, options));
      } catch (error) {
        if (replyCode(error) === PRECONDITION_FAILED) inUse.push(queue);
        else if (!isForbidden(error)) throw error;
        else warnings.push(`Delete queue '${queue}' by hand: ${replyText(error)}`);
      }
    }
    return { inUse, warnings };
  });
  return {
    inUse: left.flatMap((it) => it.inUse),
    warnings: left.flatMap((it) => it.warnings),
  };
}

/**
 * Up to when all shards of a layout have seen to everything. One that has left no checkpoint is where the
 * layout began; `null` where that is unknown for all.
 */
export async function seenToBy(
  { shards, generation, since }: Layout,
  { model, base, clock, warn }: {
    model: Connection;
    base: string;
    clock: Clock;
    warn: (text: string) => void;
  },
): Promise<number | null> {
  const instants = await eachShard(shards, async (shard) => {
    const { checkpoint } = queuesOf(base, shard);
    const texts = await peek(model, checkpoint, clock, LOOKS).catch(noneToBeRead);
    return newestCheckpoint(readCheckpoints(texts, warn), generation)?.at ?? since;
  });
  const known = instants.filter((at) => at !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/**
 * The messages that wait in a queue and its consumers; none where it is not there, or closed to us. Rejects
 * where it is out of reach.
 */
export async function stateOf(
  model: Connection,
  queue: string,
): Promise<{ exists: boolean; messages: number; consumers: number }> {
  try {
    const state = await onChannel(model, (channel) => channel.checkQueue(queue));
    return { exists: true, messages: state.messageCount, consumers: state.consumerCount };
  } catch (error) {
    if (!isAbsent(error) && !isForbidden(error)) throw error;
    return { exists: false, messages: 0, consumers: 0 };
  }
}

/** What is found of each shard, in their order, whichever answers first. */
async function eachShard<T>(count: number, look: (shard: Shard) => Promise<T>): Promise<T[]> {
  const shards = shardsOf(count);
  const found: T[] = [];
  while (shards.length > 0) {
    found.push(...await Promise.all(shards.splice(0, TOGETHER).map(look)));
  }
  return found;
}

function noneToBeRead(error: unknown): string[] {
  if (isAbsent(error) || isForbidden(error)) return [];
  throw error;
}
