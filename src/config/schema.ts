import * as z from "zod";
import { AddressSchema } from "./address.ts";
import { AddressError, BROKER_ADDRESS, readAddresses } from "./broker_address.ts";
import { MOST_SHARDS, type Shard as ShardOf } from "../domain/shard.ts";

const MS_PER_UNIT: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const DURATION = /^(\d{1,12})(ms|s|m|h|d)$/;
const DIGITS = /^\d+$/;
const MOST_CONCURRENCY = 1024;

const API_URL = "expected http:// or https:// with a host, without user, query and fragment";
const TOKEN = "expected a service account token, or a file in api_token_file";
const TOKEN_FORM = "expected the token alone, in visible ASCII characters without spaces";
const PATH = "expected the path of a file that holds the token, not the token itself";
const SENSOR_ID = "expected the number that the platform has for the sensor, 1 or more";
const EXCHANGE = "expected 1 to 127 letters, digits, '.', '-', '_' or ':'";
const LEVEL = "expected trace, debug, info, warn or error";
const FORMAT = "expected json or pretty";
const CONCURRENCY = `expected a whole number from 1 to ${MOST_CONCURRENCY}`;
const HA = "expected true or false";
const HOSTS =
  "expected names that this machine is asked by, without ports and separated by commas, " +
  "such as timer-sensor,sensor.example.com";
const SHARD = `expected i/n with i from 1 to n and n up to ${MOST_SHARDS}, such as 1/1`;

const ApiUrl = z.url({ protocol: /^https?$/, error: API_URL })
  .transform((text) => new URL(text))
  .refine((url) => !/[@?#]/.test(url.href), API_URL)
  .transform((url) => url.href.replace(/\/+$/, ""));

const MqUrl = z.string(BROKER_ADDRESS).superRefine((text, { addIssue }) => {
  try {
    readAddresses(text);
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    addIssue(error.expected);
  }
});

const TokenPath = z.string(PATH).refine((text) => !/^eyJ[\w-]*\.[\w-]+\.[\w-]*$/.test(text), PATH);

const SensorId = z.preprocess(numberOf, z.int(SENSOR_ID).min(1, SENSOR_ID));

const Concurrency = z.preprocess(
  numberOf,
  z.int(CONCURRENCY).min(1, CONCURRENCY).max(MOST_CONCURRENCY, CONCURRENCY),
);

const Ha = z.union([z.boolean(), z.stringbool({ truthy: ["true"], falsy: ["false"] })], HA);

const Shard = z.string(SHARD).regex(/^\d{1,4}\/\d{1,4}$/, SHARD).transform(shardOf)
  .refine(({ index, count }) => index >= 1 && index <= count && count <= MOST_SHARDS, SHARD);

const HOST = /^[a-z\d_](?:[a-z\d_.-]{0,251}[a-z\d_])?$/;
const Hosts = z.string(HOSTS).toLowerCase()
  .transform((text) => text.split(",").map((name) => name.trim()))
  .refine((names) => names.every((name) => HOST.test(name)), HOSTS);

/** The configuration as it is written: the variables' names in lower case without `ATTUNE_`. */
const Written = z.strictObject({
  api_url: ApiUrl,
  api_token: z.string(TOKEN_FORM).regex(/^[\x21-\x7e]+$/, TOKEN_FORM).optional(),
  api_token_file: TokenPath.optional(),
  sensor_token_state_path: TokenPath.optional(),
  sensor_ref: z.enum(["core.timer", "core.timer_sensor"], "expected 'core.timer'"),
  sensor_id: SensorId.optional(),
  mq_url: MqUrl,
  mq_exchange: z.string(EXCHANGE).regex(/^[\w.:-]{1,127}$/, EXCHANGE).default("attune"),
  log_level: z.string(LEVEL).toLowerCase()
    .pipe(z.enum(["trace", "debug", "info", "warn", "error"], LEVEL)).default("info"),
  log_format: z.string(FORMAT).toLowerCase().pipe(z.enum(["json", "pretty"], FORMAT)).optional(),
  reconcile_interval: duration("60s", "100ms", "1d"),
  catch_up_window: duration("1h", "0s", "30d"),
  max_concurrency: Concurrency.default(32),
  outbox_max_age: duration("24h", "100ms", "30d"),
  shutdown_timeout: duration("4s", "0s", "1h"),
  ha: Ha.default(false),
  shard: Shard.default({ index: 1, count: 1 }),
  admin_addr: AddressSchema.optional(),
  admin_hosts: Hosts.default(["localhost"]),
});

/** Every member that may be written. */
export const MEMBERS: readonly string[] = Object.keys(Written.shape);

/**
 * Reads the written form, from the environment or from stdin. Names ending in `Ms` are spans in
 * milliseconds.
 */
export const ConfigSchema = Written
  // Without `when` this would be passed over as soon as another member has a problem.
  .refine((written) => written.api_token !== undefined || tokenFile(written) !== undefined, {
    path: ["api_token"],
    error: TOKEN,
    when: () => true,
  })
  .transform((written) => ({
    /** Without a slash at the end. */
    apiUrl: written.api_url,
    /** The token itself; beside a file, what is used while the file has none. */
    apiToken: written.api_token ?? null,
    /** Where the token is read from. At least one of both is given. */
    apiTokenFile: tokenFile(written) ?? null,
    sensorRef: written.sensor_ref,
    /** Set by the platform's sensor service for what it starts; `null`: started by someone else. */
    sensorId: written.sensor_id ?? null,
    mqUrl: written.mq_url,
    mqExchange: written.mq_exchange,
    logLevel: written.log_level,
    /** `null`: pretty on a terminal, JSON elsewhere. */
    logFormat: written.log_format ?? null,
    reconcileIntervalMs: written.reconcile_interval,
    catchUpWindowMs: written.catch_up_window,
    maxConcurrency: written.max_concurrency,
    outboxMaxAgeMs: written.outbox_max_age,
    shutdownTimeoutMs: written.shutdown_timeout,
    /** Several instances may run the same shard: one fires, the others stand by. */
    ha: written.ha,
    /** Which share of the rules is this instance's. */
    shard: written.shard,
    /** Where health and metrics are served; `null`: nowhere. */
    adminAddress: written.admin_addr ?? null,
    /** Names by which it may be asked there, in lower case. */
    adminHosts: written.admin_hosts,
  }));

/** What the sensor was told; right by construction. */
export type Config = z.infer<typeof ConfigSchema>;

function duration(standard: string, shortest: string, longest: string) {
  const expected = `expected a duration with its unit (ms, s, m, h or d) from ${shortest} to ` +
    `${longest}, such as ${standard}`;
  const fits = (ms: number) => ms >= milliseconds(shortest) && ms <= milliseconds(longest);
  return z.string(expected).regex(DURATION, expected)
    .transform(milliseconds)
    .refine(fits, expected)
    .default(milliseconds(standard));
}

function milliseconds(text: string): number {
  const [, count, unit = ""] = DURATION.exec(text) ?? [];
  return Number(count) * (MS_PER_UNIT[unit] ?? NaN);
}

/** Variables hold digits where JSON may hold a number. */
function numberOf(value: unknown): unknown {
  return typeof value === "string" && DIGITS.test(value) ? Number(value) : value;
}

/** The platform's own variable goes first: its file is the one that gets rotated. */
function tokenFile(
  written: { sensor_token_state_path?: string | undefined; api_token_file?: string | undefined },
): string | undefined {
  return written.sensor_token_state_path ?? written.api_token_file;
}

function shardOf(text: string): ShardOf {
  const [index = NaN, count = NaN] = text.split("/").map(Number);
  return { index, count };
}
