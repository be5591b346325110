/**
 * A process that listens at the address of its first argument and tells what happens, one line each. It
 * stops listening when its input ends, and then has to end by itself.
 */
import { openRuleListener } from "../../src/broker/rule_listener.ts";
import { systemClock } from "../../src/ground/clock.ts";

const listener = openRuleListener({
  url: Deno.args[0] ?? "",
  exchange: "attune.child",
  queue: "sensor.child",
  clock: systemClock,
  signal: new AbortController().signal,
}, {
  change: () => Promise.resolve(),
  retrying: () => {},
  unreadable: () => {},
  up: () => tell("up"),
  down: ({ fault, message }) => tell(`${fault}: ${message}`),
  warning: (text) => tell(text),
});

for await (const _ of Deno.stdin.readable);
await listener.stop();
tell("stopped");

function tell(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
