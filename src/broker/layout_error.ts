import { rfc3339 } from "../ground/instant.ts";
import type { Layout } from "../domain/layout.ts";
import type { Shard } from "../domain/shard.ts";
import type { Occupied } from "./former_shards.ts";

/** The most queues that a message names. */
const MOST_NAMED = 8;

/** This instance must not run: it would fire what another one fires, or nobody would deliver something. */
export class LayoutError extends Error {
  override readonly name = "LayoutError";
}

/** What keeps an instance from changing the number of shards, and what to do about it. */
export function occupiedText(shard: Shard, before: number, { consumed, parked }: Occupied): string {
  const former = before === 1 ? "the single instance" : `the ${before} shards`;
  const sentences: string[] = [];
  if (consumed.length > 0) {
    const running = before === 1 ? "the single instance" : `${consumed.length} of ${former}`;
    sentences.push(
      `${running} of before still run${consumed.length === 1 ? "s" : ""} ` +
        `(${listed(consumed)} ${consumed.length === 1 ? "is" : "are"} consumed). ` +
        `Stop ${former} of before first, or set ATTUNE_SHARD=${before === 1 ? "1" : "i"}/${before}`,
    );
  }
  if (parked.length > 0) {
    const queues = parked.map(({ queue }) => queue);
    const counts = parked.map(({ queue, count }) => `${queue}: ${count}`);
    sentences.push(
      `events of before are still to be delivered (${listed(counts)}). Start ${former} once more ` +
        `until ${listed(queues)} ${queues.length === 1 ? "is" : "are"} empty`,
    );
  }
  return `Cannot run as shard ${text(shard)}: ${sentences.join(". Besides, ")}`;
}

/** Why an instance cannot go on that was away when the rules were shared anew. */
export function movedText(shard: Shard, { shards, generation }: Layout): string {
  return `Cannot go on as shard ${text(shard)}: the rules have been shared anew, among ${
    instances(shards)
  } (generation ${generation}). Stop those whose ATTUNE_SHARD is wrong, and start the others again`;
}

/** What an operator should know who changed the number of shards. */
export function changedText({ shards, before, since }: Layout): string {
  const begin = since === null ? "" : `: what fell due since ${rfc3339(since)} is made up for`;
  return `The rules were shared among ${instances(before ?? 0)} before, and are among ${shards} ` +
    `from now on${begin}`;
}

function instances(count: number): string {
  return count === 1 ? "1 instance" : `${count} instances`;
}

function text({ index, count }: Shard): string {
  return `${index}/${count}`;
}

function listed(names: readonly string[]): string {
  const named = names.slice(0, MOST_NAMED);
  const others = names.length - named.length;
  if (others > 0) return `${named.join(", ")} and ${others} others`;
  const last = named.pop() ?? "";
  return named.length === 0 ? last : `${named.join(", ")} and ${last}`;
}
