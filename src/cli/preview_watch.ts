import { type Host, print } from "./host.ts";
import { sleep } from "../ground/clock.ts";
import { utcText } from "../preview/time.ts";
import type { Timer } from "../schedule/timer.ts";
import { spanText } from "../words/spans.ts";

const SECOND_MS = 1000;
/** Room for the longest countdown, so that nothing is left of a longer one before it. */
const COLUMNS = 32;

/** Counts down to each occurrence of a timer, until there is none or nobody reads any more. */
export async function watch(timer: Timer, { clock, stdout }: Host): Promise<void> {
  for (let at = timer.next(clock.now()); at !== null; at = timer.next(Math.max(at, clock.now()))) {
    for (let left = at - clock.now(); left > 0; left = at - clock.now()) {
      const seconds = Math.ceil(left / SECOND_MS);
      await print(stdout, `\r${`Next in ${spanText(seconds * SECOND_MS)}`.padEnd(COLUMNS)}`);
      await sleep(clock, left % SECOND_MS || SECOND_MS);
    }
    await print(stdout, `\r${`${utcText(at)} is due`.padEnd(COLUMNS)}\n`);
  }
  await print(stdout, "No further occurrences\n");
}
