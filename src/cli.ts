import { parseArgs } from "@std/cli/parse-args";
import { systemClock } from "./clock.ts";
import {
  ConfigError,
  type EnvReader,
  loadConfig,
  type LoadedConfig,
  loadStdinConfig,
  MAX_STDIN_BYTES,
} from "./config.ts";
import { runDaemon } from "./daemon.ts";
import { ExitCode, Fatal } from "./exit.ts";
import { type Log, openLog } from "./log.ts";
import { shutdownOnSignal } from "./shutdown.ts";
import { VERSION } from "./version.ts";

const NAME = "attune-core-timer-sensor";
const HELP = `${NAME} ${VERSION}
Posts an event to the Attune API each time a timer rule falls due.

Usage: ${NAME} [options]

  --stdin-config   read the configuration as one JSON object from standard input
                   instead of the environment
  --version        print the version
  --help           print this

Required in the environment: ATTUNE_API_URL, ATTUNE_API_TOKEN (or ATTUNE_API_TOKEN_FILE),
ATTUNE_SENSOR_REF and ATTUNE_MQ_URL. The README lists the other variables.

Exit codes: 0 stopped as asked, 1 unexpected, 2 usage or configuration, 3 the Attune API was not
reachable at start, 4 RabbitMQ was not reachable at start, 5 the token expired or was refused.
`;

/** Runs what `args` ask for, to its end. Returns the exit code. */
export async function main(args: readonly string[], env: EnvReader): Promise<ExitCode> {
  const strangers: string[] = [];
  const options = parseArgs([...args], {
    boolean: ["stdin-config", "version", "help"],
    unknown: (argument) => {
      strangers.push(argument);
      return false;
    },
  });
  if (strangers.length > 0) {
    await print(Deno.stderr, `${NAME}: unknown argument '${strangers[0]}', see --help\n`);
    return ExitCode.usage;
  }
  if (options["help"]) await print(Deno.stdout, HELP);
  else if (options["version"]) await print(Deno.stdout, `${NAME} ${VERSION}\n`);
  else return await run(() => options["stdin-config"] ? readStdinConfig() : loadConfig(env));
  return ExitCode.clean;
}

async function run(load: () => LoadedConfig | Promise<LoadedConfig>): Promise<ExitCode> {
  const loaded = await configOf(load);
  if (loaded === null) return ExitCode.usage;
  const { config, warnings } = loaded;
  await using log = openLog({
    level: config.logLevel,
    format: config.logFormat,
    sensor: config.sensorRef,
    clock: systemClock,
  });
  for (const warning of warnings) log.warn(warning);
  try {
    using request = shutdownOnSignal();
    await runDaemon({ config, log, clock: systemClock, signal: request.signal });
    return ExitCode.clean;
  } catch (error) {
    return tell(error, log);
  }
}

/** The configuration, or `null` after its problems have been told. */
async function configOf(
  load: () => LoadedConfig | Promise<LoadedConfig>,
): Promise<LoadedConfig | null> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const options = { level: "info", format: null, sensor: "core.timer" } as const;
    await using log = openLog({ ...options, clock: systemClock });
    for (const problem of error.problems) log.error(problem);
    return null;
  }
}

function tell(error: unknown, log: Log): ExitCode {
  if (error instanceof Fatal) {
    log.error(error.message, { exit_code: error.exitCode });
    return error.exitCode;
  }
  log.error("Unexpected error", { error, exit_code: ExitCode.unexpected });
  return ExitCode.unexpected;
}

async function readStdinConfig(): Promise<LoadedConfig> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of Deno.stdin.readable) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_STDIN_BYTES) break;
  }
  return loadStdinConfig(text);
}

async function print(output: typeof Deno.stdout, text: string): Promise<void> {
  const writer = output.writable.getWriter();
  await writer.write(new TextEncoder().encode(text));
  writer.releaseLock();
}
