import type { Clock } from "../ground/clock.ts";
import type { LoadedConfig } from "../config/config.ts";
import { ApiClient } from "../platform/api_client.ts";
import { ClockSkew } from "../platform/clock_skew.ts";
import { openToken, type Token } from "../platform/token.ts";
import { TokenError } from "../platform/token_file.ts";
import { checkApi } from "./api_part.ts";
import { checkBroker } from "./broker_part.ts";
import { clockFindings } from "./clock_part.ts";
import { configFindings } from "./config_part.ts";
import { examined, type Part, type PartReport, problem, skipped } from "./report.ts";
import { readRules, type RulesRead, rulesReport } from "./rules_part.ts";
import { tokenFindings } from "./token_part.ts";

const AFTER_CONFIGURATION: readonly Part[] = [
  "api",
  "token",
  "rules",
  "broker",
  "queues",
  "clock",
];

/**
 * Looks at everything that the sensor needs, and changes none of it: nothing is declared, consumed,
 * posted or renewed, so that a sensor that runs notices nothing.
 */
export async function check(
  loaded: LoadedConfig,
  clock: Clock,
  signal: AbortSignal,
): Promise<PartReport[]> {
  const { config } = loaded;
  const findings = configFindings(loaded);
  try {
    const token = await openToken({ value: config.apiToken, file: config.apiTokenFile });
    const [platform, broker] = await Promise.all([
      checkPlatform(loaded, token, clock, signal),
      checkBroker(config, clock, signal),
    ]);
    const { clock: clockPart, parts } = platform;
    return [examined("configuration", findings), ...parts, ...broker, clockPart];
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    const fix = "Write the token, alone, into a file that the sensor may read, or correct its path";
    return unconfigured([...findings, problem(error.message, fix)]);
  }
}

/** The report where there is no configuration to go by. */
export function unconfigured(findings: PartReport["findings"]): PartReport[] {
  const why = "Not looked at: the configuration has problems";
  return [
    examined("configuration", findings),
    ...AFTER_CONFIGURATION.map((part) => skipped(part, why)),
  ];
}

async function checkPlatform(
  { config }: LoadedConfig,
  token: Token,
  clock: Clock,
  signal: AbortSignal,
): Promise<{ parts: PartReport[]; clock: PartReport }> {
  const skew = new ClockSkew(clock);
  const bearer = { value: token.value, renew: () => Promise.resolve(false) };
  using api = new ApiClient({ baseUrl: config.apiUrl, token: bearer, clock, skew });
  const { isThere, findings } = await checkApi(api, config.apiUrl, signal);
  const rules: RulesRead | null = isThere
    ? await readRules(api, { shard: config.shard, allowed: token.triggerTypes }, signal)
    : null;
  const away = "Not looked at: the API does not answer";
  return {
    parts: [
      examined("api", findings),
      examined("token", tokenFindings(token, skew.apiNow(), rules)),
      rules === null ? skipped("rules", away) : rulesReport(rules),
    ],
    clock: isThere ? examined("clock", clockFindings(skew.ms)) : skipped("clock", away),
  };
}
