import { type Host, readText } from "./host.ts";
import {
  loadConfig,
  type LoadedConfig,
  loadStdinConfig,
  MAX_STDIN_BYTES,
} from "../config/config.ts";

/** Reads the configuration from where it is. Throws a `ConfigError`. */
export async function configOf(isOnStdin: boolean, host: Host): Promise<LoadedConfig> {
  return isOnStdin
    ? loadStdinConfig(await readText(host.stdin(), MAX_STDIN_BYTES))
    : loadConfig(host.env);
}
