import { check, unconfigured } from "../check/check.ts";
import { configProblems } from "../check/config_part.ts";
import { exitCodeOf, type PartReport } from "../check/report.ts";
import { reportJson, reportText } from "../check/report_text.ts";
import { configOf } from "./config.ts";
import { type Host, print } from "./host.ts";
import { readArguments, refuse } from "./options.ts";
import { optionsOf } from "./commands.ts";
import { ConfigError } from "../config/config.ts";
import type { ExitCode } from "../ground/exit.ts";

/** The command `check`: tells whether the sensor could do its work. Throws a `UsageError`. */
export async function runCheck(args: readonly string[], host: Host): Promise<ExitCode> {
  const { words, flags } = readArguments(args, optionsOf("check"));
  if (words[0] !== undefined) refuse(words[0], []);
  const report = await reportOf(flags.has("stdin-config"), host);
  await print(host.stdout, flags.has("json") ? reportJson(report) : reportText(report));
  return exitCodeOf(report);
}

async function reportOf(isOnStdin: boolean, host: Host): Promise<PartReport[]> {
  try {
    const loaded = await configOf(isOnStdin, host);
    return await check(loaded, host.clock, new AbortController().signal);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return unconfigured(configProblems(error));
  }
}
