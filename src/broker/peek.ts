import { type Clock, sleep } from "../ground/clock.ts";
import { onChannel } from "./session.ts";
import type { Connection } from "./channel.ts";

/** A reader that holds one while another is written leaves two for a moment. */
const MOST_READ = 10;
const LOOK_AGAIN_MS = 200;

/**
 * The texts of the messages in a queue, which stay there. Another reader holds them for a moment: a queue
 * that seems empty is looked at `looks` times. Rejects with the library's error, 404 where there is none.
 */
export async function peek(
  model: Connection,
  queue: string,
  clock: Clock,
  looks: number,
): Promise<string[]> {
  for (let look = 1;; look++) {
    const texts = await readOnce(model, queue);
    if (texts.length > 0 || look >= looks) return texts;
    await sleep(clock, LOOK_AGAIN_MS);
  }
}

function readOnce(model: Connection, queue: string): Promise<string[]> {
  return onChannel(model, async (channel) => {
    const texts: string[] = [];
    while (texts.length < MOST_READ) {
      // Not acknowledged: the end of the channel puts it back.
      const message = await channel.get(queue);
      if (message === false) break;
      texts.push(message.content.toString());
    }
    return texts;
  });
}
