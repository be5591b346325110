/**
 * A process that logs to its own standard output, for log_pipe_test.ts. It logs as many lines as the first
 * argument says, with a pause after every hundred, tells on standard error how it fared, and closes the
 * log, by then no matter who reads. The second argument is `exit` or `return`: how it ends.
 */
import { sleep, systemClock } from "../../src/ground/clock.ts";
import { openLog } from "../../src/log/log.ts";

const [count = "0", ending] = Deno.args;
const TICK_MS = 10;
let writes = 0;
const output = {
  isTerminal: () => false,
  write(bytes: Uint8Array): Promise<number> {
    writes++;
    return Deno.stdout.write(bytes);
  },
};

const log = openLog({ level: "info", format: "json", sensor: "s", clock: systemClock, output });
for (let n = 0; n < Number(count); n++) {
  log.info(`line ${n}`, { padding: "x".repeat(900) });
  if (n % 100 === 99) await sleep(systemClock, TICK_MS);
}
// A line on standard error is the sign for the test to go on.
await tell({ writes, enabled: log.enabled("error") });
if (ending === "wait") await Deno.stdin.read(new Uint8Array(1));
log.info("last");
await log[Symbol.asyncDispose]();
await tell({ closed: true });
if (ending === "exit") Deno.exit(7);

async function tell(facts: Record<string, unknown>): Promise<void> {
  await Deno.stderr.write(new TextEncoder().encode(`${JSON.stringify(facts)}\n`));
}
