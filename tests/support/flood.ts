import { Buffer } from "node:buffer";
import type { Options } from "amqplib";
import { onBroker } from "../integration/broker_feed.ts";
import { QUEUES, type World } from "./world.ts";

/** A message as it is published. */
export interface Draft {
  readonly key: string;
  readonly content: Uint8Array;
  readonly options?: Options.Publish;
}

/** Published between two confirmations: few enough that whoever else lives here gets its turn. */
const CHUNK = 250;

/** Publishes messages as fast as the broker confirms them. Returns how many there were. */
export function flood(url: string, exchange: string, drafts: Iterable<Draft>): Promise<number> {
  return onBroker(url, async (channel) => {
    let count = 0;
    let confirmed = Promise.resolve();
    for (const { key, content, options } of drafts) {
      channel.publish(exchange, key, Buffer.from(content), options ?? {});
      if (++count % CHUNK > 0) continue;
      // One chunk is on its way while the next is made.
      await confirmed;
      confirmed = channel.waitForConfirms();
    }
    await confirmed;
    return count;
  });
}

/** Waits until the broker holds no message about rules that is ready or not acknowledged. */
export async function drained(world: World): Promise<void> {
  await onBroker(world.rabbit.url(), async (channel) => {
    while ((await channel.checkQueue(QUEUES.rules)).messageCount > 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  while (await world.countOf("rules") > 0);
}

/** The most memory that a process has held so far, in MB. */
export async function peakMemoryMb(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Math.round(Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]) / 1024);
}
