/** The sensor by a clock that can be set: the first argument is the file of a `SensorClock`. */
import { runCommand } from "../../src/cli/main.ts";
import { systemClock } from "../../src/ground/clock.ts";

const [path = ""] = Deno.args;
// Read at each look at the clock: a step takes effect between two of them, as a real one does.
const offsetMs = () => Number(Deno.readTextFileSync(path));

Deno.exit(
  await runCommand([], {
    env: Deno.env,
    clock: { ...systemClock, now: () => systemClock.now() + offsetMs() },
    stdin: () => Deno.stdin.readable,
    readFile: (path) => Deno.readTextFile(path),
    stdout: Deno.stdout,
    stderr: Deno.stderr,
  }),
);
