import { type ConfigError, type LoadedConfig, redactedConfig } from "../config/config.ts";
import { type Finding, fine, problem, warning } from "./report.ts";

/** What is to be said of a configuration that can be used. */
export function configFindings({ config, warnings }: LoadedConfig): Finding[] {
  const { sensorRef, shard, ha, mqExchange } = config;
  const text = `Sensor ${sensorRef}, shard ${shard.index}/${shard.count}, ` +
    `${ha ? "one of several instances" : "a single instance"}, exchange ${mqExchange}`;
  const fix = "Correct its name, or remove it";
  return [
    fine(text, { config: redactedConfig(config) }),
    ...warnings.map((it) => warning(it, fix)),
  ];
}

/** What is wrong with one that cannot. */
export function configProblems({ details }: ConfigError): Finding[] {
  return details.map(({ text, fix }) => problem(text, fix));
}
