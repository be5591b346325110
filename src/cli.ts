import { runCheck } from "./cli_check.ts";
import { HELP, NAME, PREVIEW_HELP } from "./cli_help.ts";
import { complain, type Host, print } from "./cli_host.ts";
import { refuse, UsageError } from "./cli_options.ts";
import { runPreview } from "./cli_preview.ts";
import { run } from "./cli_run.ts";
import { systemClock } from "./clock.ts";
import type { EnvReader } from "./config.ts";
import { ExitCode } from "./exit.ts";
import { VERSION } from "./version.ts";

const COMMANDS = ["run", "check", "preview", "version", "help"];

/** Runs what `args` ask for, to its end. Returns the exit code. */
export function main(args: readonly string[], env: EnvReader): Promise<ExitCode> {
  return runCommand(args, {
    env,
    clock: systemClock,
    stdin: () => Deno.stdin.readable,
    stdout: Deno.stdout,
    stderr: Deno.stderr,
  });
}

/** The same, with what it has of the world. */
export async function runCommand(args: readonly string[], host: Host): Promise<ExitCode> {
  try {
    return await dispatch(args, host);
  } catch (error) {
    // Whoever closes our output, as `head` does, has what they wanted.
    if (error instanceof Deno.errors.BrokenPipe) return ExitCode.clean;
    if (!(error instanceof UsageError)) throw error;
    return await tellUsage(error, args[0] === "preview", host);
  }
}

async function dispatch(args: readonly string[], host: Host): Promise<ExitCode> {
  const [first = "run", ...rest] = args;
  if (args.includes("--help")) {
    return await printText(first === "preview" ? PREVIEW_HELP : HELP, host);
  }
  switch (first) {
    case "run":
      return await run(rest, host);
    case "check":
      return await runCheck(rest, host);
    case "preview":
      return await runPreview(rest, host);
    case "version":
    case "--version":
      if (rest[0] !== undefined) refuse(rest[0], []);
      return await printText(`${NAME} ${VERSION}\n`, host);
    case "help":
      if (rest[0] !== undefined && !COMMANDS.includes(rest[0])) refuse(rest[0], COMMANDS);
      return await printText(rest[0] === "preview" ? PREVIEW_HELP : HELP, host);
    default:
      if (!first.startsWith("-")) refuse(first, COMMANDS);
      return await run(args, host);
  }
}

async function printText(text: string, { stdout }: Host): Promise<ExitCode> {
  await print(stdout, text);
  return ExitCode.clean;
}

async function tellUsage(
  error: UsageError,
  isPreview: boolean,
  { stderr }: Host,
): Promise<ExitCode> {
  const help = isPreview ? "preview --help" : "--help";
  await complain(stderr, `${NAME}: ${error.message}, see ${help}\n`);
  return ExitCode.usage;
}
