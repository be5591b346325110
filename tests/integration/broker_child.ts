/**
 * A process that listens at the address of its first argument and tells what happens, one line each. It
 * stops listening when its input ends, and then has to end by itself.
 */
import { openRuleListener } from "../../src/broker/rule_listener.ts";
import { systemChance } from "../../src/ground/chance.ts";
import { systemClock } from "../../src/ground/clock.ts";

const listener = openRuleListener({
  url: Deno.args[0] ?? "",
  exchange: "attune.child",
  queue: "sensor.child",
  clock: systemClock,
  chance: systemChance,
  signal: new AbortController().signal,
  feed: { changed: () => Promise.resolve(), missed: () => {}, connected: () => {} },
  tell(news) {
    switch (news.kind) {
      case "listener_up":
        return tell("up");
      case "listener_down":
        return tell(`${news.error.fault}: ${news.error.message}`);
      case "listener_warning":
        return tell(news.text);
    }
  },
});

for await (const _ of Deno.stdin.readable);
await listener.stop();
tell("stopped");

function tell(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
