import type * as z from "zod";
import { V8_FLAGS } from "../../src/dev/artefacts.ts";
import { ROOT, stdFlags } from "../support/std_flags.ts";

/** What takes longer hangs. */
const LIMIT_MS = 115_000;
const TAIL_BYTES = 64 * 1024;

let flags: Promise<readonly string[]> | undefined;

/** Runs a script of this folder and returns the result that its last line of output tells as JSON. */
export async function runChild<S extends z.ZodType>(
  result: S,
  script: string,
  ...args: readonly string[]
): Promise<z.infer<S>> {
  const child = await spawn(script, args, AbortSignal.timeout(LIMIT_MS));
  let tail = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    tail = (tail + text).slice(-TAIL_BYTES);
  }
  const { code } = await child.status;
  if (code !== 0) throw new Error(`${script} ${args.join(" ")} ended with code ${code}`);
  return result.parse(JSON.parse(tail.trimEnd().split("\n").at(-1) ?? ""));
}

/** Starts a script of this folder that serves until its end; resolves with its first line of output. */
export async function serveChild(
  script: string,
  ...args: readonly string[]
): Promise<{ readonly line: string } & AsyncDisposable> {
  const child = await spawn(script, args);
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await lines.read();
  if (value === undefined) throw new Error(`${script} ${args.join(" ")} did not start`);
  return {
    line: value.trim(),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await lines.cancel();
      await child.status;
    },
  };
}

/** Flags for any script: those of the executable, and `--expose-gc` for those that look at their memory. */
export async function denoFlags(): Promise<readonly string[]> {
  flags ??= stdFlags();
  const profile = Deno.env.get("BENCH_PROFILE");
  return [
    ...["run", "-q", "--no-check", ...await flags, `${V8_FLAGS},--expose-gc`, "--allow-all"],
    ...profile === undefined ? [] : [`--cpu-prof`, `--cpu-prof-dir=${profile}`],
  ];
}

async function spawn(
  script: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<Deno.ChildProcess> {
  return new Deno.Command(Deno.execPath(), {
    args: [...await denoFlags(), `tests/bench/${script}`, ...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
    ...signal === undefined ? {} : { signal },
  }).spawn();
}
