import { runCheck } from "./check.ts";
import { runCompletions } from "./completions.ts";
import { commandHelp, helpText } from "./help.ts";
import { complain, type Host, print } from "./host.ts";
import { refuse, UsageError } from "./options.ts";
import { runPreview } from "./preview.ts";
import { runPrint } from "./print.ts";
import { run } from "./run.ts";
import { COMMANDS, NAME } from "./commands.ts";
import { systemClock } from "../ground/clock.ts";
import type { EnvReader } from "../config/config.ts";
import { ExitCode } from "../ground/exit.ts";
import { FULL_VERSION } from "../ground/version.ts";

const NAMES = COMMANDS.map(({ name }) => name);

/** Runs what `args` ask for, to its end. Returns the exit code. */
export function main(args: readonly string[], env: EnvReader): Promise<ExitCode> {
  return runCommand(args, {
    env,
    clock: systemClock,
    stdin: () => Deno.stdin.readable,
    readFile: (path) => Deno.readTextFile(path),
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
    return await tellUsage(error, args[0] ?? "run", host);
  }
}

async function dispatch(args: readonly string[], host: Host): Promise<ExitCode> {
  const [first = "run", ...rest] = args;
  if (args.includes("--help") || args.includes("-h")) {
    return await printText(commandHelp(first) ?? helpText(), host);
  }
  switch (first) {
    case "run":
      return await run(rest, host);
    case "check":
      return await runCheck(rest, host);
    case "preview":
      return await runPreview(rest, host);
    case "print":
      return await runPrint(rest, host);
    case "completions":
      return await runCompletions(rest, host);
    case "version":
    case "--version":
      if (rest[0] !== undefined) refuse(rest[0], []);
      return await printText(`${NAME} ${FULL_VERSION}\n`, host);
    case "help":
      if (rest[0] !== undefined && !NAMES.includes(rest[0])) refuse(rest[0], NAMES);
      return await printText(commandHelp(rest[0] ?? "") ?? helpText(), host);
    default:
      if (!first.startsWith("-")) refuse(first, NAMES);
      return await run(args, host);
  }
}

async function printText(text: string, { stdout }: Host): Promise<ExitCode> {
  await print(stdout, text);
  return ExitCode.clean;
}

async function tellUsage(
  error: UsageError,
  command: string,
  { stderr }: Host,
): Promise<ExitCode> {
  const help = commandHelp(command) === undefined ? "--help" : `${command} --help`;
  await complain(stderr, `${NAME}: ${error.message}, see ${help}\n`);
  return ExitCode.usage;
}
