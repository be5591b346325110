import { configOf } from "./config.ts";
import type { Host } from "./host.ts";
import { tellReason } from "./reason.ts";
import { readArguments, refuse } from "./options.ts";
import { optionsOf } from "./commands.ts";
import { systemChance } from "../ground/chance.ts";
import type { Clock } from "../ground/clock.ts";
import { ConfigError, type LoadedConfig } from "../config/config.ts";
import { runDaemon } from "../daemon/daemon.ts";
import { ExitCode } from "../ground/exit.ts";
import { openLog } from "../log/log.ts";
import { shutdownOnSignal } from "../process/signals.ts";
import { onUncaught } from "../process/uncaught.ts";

/** The command `run`: the sensor, until it is asked to stop. Throws a `UsageError`. */
export async function run(args: readonly string[], host: Host): Promise<ExitCode> {
  const { words, flags } = readArguments(args, optionsOf("run"));
  if (words[0] !== undefined) refuse(words[0], []);
  const loaded = await usableConfig(flags.has("stdin-config"), host);
  if (loaded === null) return ExitCode.usage;
  const { config, warnings } = loaded;
  const { clock } = host;
  await using log = openLog({
    level: config.logLevel,
    format: config.logFormat,
    sensor: config.sensorRef,
    clock,
  });
  for (const warning of warnings) log.warn(warning);
  try {
    using uncaught = onUncaught();
    using request = shutdownOnSignal();
    await runDaemon({
      config,
      log,
      clock,
      chance: systemChance,
      signal: request.signal,
      uncaught: uncaught.signal,
    });
    return ExitCode.clean;
  } catch (error) {
    return tellReason(error, log);
  }
}

/** The configuration, or `null` after its problems have been told. */
async function usableConfig(isOnStdin: boolean, host: Host): Promise<LoadedConfig | null> {
  try {
    return await configOf(isOnStdin, host);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    await tellProblems(error, host.clock);
    return null;
  }
}

async function tellProblems({ problems }: ConfigError, clock: Clock): Promise<void> {
  await using log = openLog({ level: "info", format: null, sensor: "core.timer", clock });
  for (const problem of problems) log.error(problem);
}
