import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import {
  ConfigError,
  type EnvReader,
  loadConfig,
  loadStdinConfig,
  MAX_STDIN_BYTES,
  redactedConfig,
} from "../../src/config/config.ts";
import type { Config } from "../../src/config/schema.ts";

const TOKEN = "eyJhbGciOiJIUzI1NiJ9.c2VjcmV0.c2lnbmF0dXJl";
const REQUIRED = {
  ATTUNE_API_URL: "http://localhost:8080",
  ATTUNE_API_TOKEN: TOKEN,
  ATTUNE_SENSOR_REF: "core.timer",
  ATTUNE_MQ_URL: "amqp://localhost:5672",
};
function envOf(variables: Record<string, string>): EnvReader {
  return { get: (name) => variables[name], toObject: () => ({ ...variables }) };
}

/** The same configuration as stdin has it. */
function membersOf(variables: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(variables)
      .map(([name, value]) => [name.replace("ATTUNE_", "").toLowerCase(), value]),
  );
}

/** As under `--allow-env=<names>`. */
function restrictedEnv(variables: Record<string, string>, allowed: readonly string[]): EnvReader {
  const refuse = (): never => {
    throw new Deno.errors.NotCapable("Requires env access, run again with the --allow-env flag");
  };
  return { get: (name) => allowed.includes(name) ? variables[name] : refuse(), toObject: refuse };
}

function fromEnv(variables: Record<string, string>): Config {
  return loadConfig(envOf({ ...REQUIRED, ...variables })).config;
}

function envProblems(variables: Record<string, string>): readonly string[] {
  return assertThrows(() => fromEnv(variables), ConfigError).problems;
}

function stdinProblems(variables: Record<string, unknown>): readonly string[] {
  const text = JSON.stringify(membersOf({ ...REQUIRED, ...variables }));
  return assertThrows(() => loadStdinConfig(text), ConfigError).problems;
}

Deno.test("the four required variables suffice, and everything else has its default", () => {
  assertEquals(loadConfig(envOf(REQUIRED)), {
    config: {
      apiUrl: "http://localhost:8080",
      apiToken: TOKEN,
      apiTokenFile: null,
      sensorRef: "core.timer",
      sensorId: null,
      mqUrl: "amqp://localhost:5672",
      mqExchange: "attune",
      logLevel: "info",
      logFormat: null,
      reconcileIntervalMs: 60_000,
      catchUpWindowMs: 3_600_000,
      maxConcurrency: 32,
      outboxMaxAgeMs: 86_400_000,
      shutdownTimeoutMs: 4000,
      ha: false,
      shard: { index: 1, count: 1 },
      adminAddress: null,
      adminHosts: ["localhost"],
    },
    warnings: [],
  });
});

Deno.test("what the platform sets for a managed sensor is taken without a warning", () => {
  const loaded = loadConfig(envOf({
    PATH: "/bin",
    ATTUNE_API_URL: "http://attune-api:8080",
    ATTUNE_API_TOKEN: TOKEN,
    ATTUNE_SENSOR_ID: "1",
    ATTUNE_SENSOR_REF: "core.timer_sensor",
    ATTUNE_SENSOR_TRIGGERS: "[]",
    ATTUNE_MQ_URL: "amqp://attune:attune@rabbitmq:5672",
    ATTUNE_MQ_EXCHANGE: "attune.events",
    ATTUNE_ARTIFACTS_DIR: "/opt/attune/artifacts",
    ATTUNE_LOG_LEVEL: "info",
    ATTUNE_CONFIG: "/etc/attune.yaml",
    ATTUNE_PACKS_BASE_DIR: "/opt/attune/packs",
    ATTUNE__SECURITY__JWT_SECRET: "s3cret",
    ATTUNE_SENSOR_RUNTIMES: "python,native",
    ATTUNE_RUNTIME_ENVS_DIR: "/opt/attune/runtime_envs",
    ATTUNE_SENSOR_AGENT_MODE: "true",
    ATTUNE_WHATEVER_COMES_NEXT: "1",
    ATTUNE_API_SERVICE_HOST: "10.0.0.7",
    ATTUNE_API_SERVICE_PORT_HTTP: "8080",
    ATTUNE_API_PORT: "tcp://10.0.0.7:8080",
    ATTUNE_API_PORT_8080_TCP_ADDR: "10.0.0.7",
  }));
  assertEquals(loaded.warnings, []);
  assertEquals(loaded.config.mqExchange, "attune.events");
  assertEquals(loaded.config.sensorRef, "core.timer_sensor");
  assertEquals(loaded.config.sensorId, 1);
});

Deno.test("under the platform a slip of the finger is warned of still", () => {
  const { warnings } = loadConfig(envOf({
    ATTUNE_API_URL: "http://attune-api:8080",
    ATTUNE_API_TOKEN: TOKEN,
    ATTUNE_SENSOR_ID: "1",
    ATTUNE_SENSOR_REF: "core.timer_sensor",
    ATTUNE_MQ_URL: "amqp://rabbitmq",
    ATTUNE_MQ_EXCHANG: "attune.events",
  }));
  assertEquals(warnings, [
    "Unknown variable ATTUNE_MQ_EXCHANG is ignored: did you mean ATTUNE_MQ_EXCHANGE?",
  ]);
});

Deno.test("the environment and stdin make the same configuration of the same values", () => {
  const variables = {
    ATTUNE_API_URL: "https://attune.example.com/base/",
    ATTUNE_API_TOKEN: TOKEN,
    ATTUNE_SENSOR_TOKEN_STATE_PATH: "/run/token.json",
    ATTUNE_SENSOR_REF: "core.timer_sensor",
    ATTUNE_SENSOR_ID: "9007199254740991",
    ATTUNE_MQ_URL: "amqps://u:p@mq.example.com:5671/vhost?heartbeat=5",
    ATTUNE_MQ_EXCHANGE: "attune.events",
    ATTUNE_LOG_LEVEL: "WARN",
    ATTUNE_LOG_FORMAT: "json",
    ATTUNE_RECONCILE_INTERVAL: "5m",
    ATTUNE_CATCH_UP_WINDOW: "0s",
    ATTUNE_MAX_CONCURRENCY: "8",
    ATTUNE_OUTBOX_MAX_AGE: "2d",
    ATTUNE_SHUTDOWN_TIMEOUT: "250ms",
    ATTUNE_HA: "True",
    ATTUNE_SHARD: "2/8",
    ATTUNE_ADMIN_ADDR: "[::1]:9464",
    ATTUNE_ADMIN_HOSTS: "Timer-Sensor, sensor.example.com",
  };
  const expected: Config = {
    apiUrl: "https://attune.example.com/base",
    apiToken: TOKEN,
    apiTokenFile: "/run/token.json",
    sensorRef: "core.timer_sensor",
    sensorId: 9_007_199_254_740_991,
    mqUrl: "amqps://u:p@mq.example.com:5671/vhost?heartbeat=5",
    mqExchange: "attune.events",
    logLevel: "warn",
    logFormat: "json",
    reconcileIntervalMs: 300_000,
    catchUpWindowMs: 0,
    maxConcurrency: 8,
    outboxMaxAgeMs: 172_800_000,
    shutdownTimeoutMs: 250,
    ha: true,
    shard: { index: 2, count: 8 },
    adminAddress: { hostname: "::1", port: 9464 },
    adminHosts: ["timer-sensor", "sensor.example.com"],
  };
  assertEquals(loadConfig(envOf(variables)), { config: expected, warnings: [] });
  const members = JSON.stringify(membersOf(variables));
  assertEquals(loadStdinConfig(members), { config: expected, warnings: [] });
  const natural = membersOf({
    ...variables,
    ATTUNE_SENSOR_ID: 9_007_199_254_740_991,
    ATTUNE_MAX_CONCURRENCY: 8,
    ATTUNE_HA: true,
  });
  assertEquals(loadStdinConfig(JSON.stringify(natural)).config, expected);
});

const API_URL =
  "Invalid api_url: expected http:// or https:// with a host, without user, query and fragment";
const MQ_URL = "Invalid mq_url: expected amqp:// or amqps:// with a host, special characters of " +
  "user, password and vhost percent-encoded";
const HEARTBEAT = "Invalid mq_url: expected heartbeat to be whole seconds from 0 to 65535";
const INTERVAL =
  "Invalid reconcile_interval: expected a duration with its unit (ms, s, m, h or d) " +
  "from 100ms to 1d, such as 60s";
const EXCHANGE = "Invalid mq_exchange: expected 1 to 127 letters, digits, '.', '-', '_' or ':'";
const SENSOR_ID =
  "Invalid sensor_id: expected the number that the platform has for the sensor, 1 or more";
const HA = "Invalid ha: expected true or false";
const ADMIN =
  "Invalid admin_addr: expected host:port, such as 127.0.0.1:9464 or [::1]:9464, or :9464 " +
  "for all addresses of this machine";
const SHARD = "Invalid shard: expected i/n with i from 1 to n and n up to 1024, such as 1/1";
const CONCURRENCY = "Invalid max_concurrency: expected a whole number from 1 to 1024";

const REFUSED: [variable: string, value: string, problem: string][] = [
  ["ATTUNE_API_URL", "localhost:8080", `${API_URL} (ATTUNE_API_URL is "localhost:8080")`],
  ["ATTUNE_API_URL", "ftp://h", `${API_URL} (ATTUNE_API_URL is "ftp://h/")`],
  ["ATTUNE_API_URL", "http://", `${API_URL} (ATTUNE_API_URL is "***")`],
  ["ATTUNE_API_URL", "http://h:99999", `${API_URL} (ATTUNE_API_URL is "***")`],
  ["ATTUNE_API_URL", "http://me:pw@h/", `${API_URL} (ATTUNE_API_URL is "http://***:***@h/")`],
  ["ATTUNE_API_URL", "http://h/?key=pw", `${API_URL} (ATTUNE_API_URL is "http://h/?***")`],
  ["ATTUNE_API_URL", "http://h/#pw", `${API_URL} (ATTUNE_API_URL is "***")`],
  ["ATTUNE_API_URL", "http://me:12/pw@h", `${API_URL} (ATTUNE_API_URL is "***")`],
  ["ATTUNE_MQ_URL", "http://h", `${MQ_URL} (ATTUNE_MQ_URL is "http://h/")`],
  [
    "ATTUNE_MQ_URL",
    "amqp://me:pw@a,b:70000,c/v",
    "Invalid mq_url: expected hosts and ports with commas between them, such as a:5672,b:5672, and " +
    "cannot read host 2 of 3 'b' (ATTUNE_MQ_URL is \"***\")",
  ],
  ["ATTUNE_MQ_URL", "amqp:h", `${MQ_URL} (ATTUNE_MQ_URL is "amqp:h")`],
  ["ATTUNE_MQ_URL", "http://me:pw@h", `${MQ_URL} (ATTUNE_MQ_URL is "http://***:***@h/")`],
  ["ATTUNE_MQ_URL", "amqp://me:p/w@h", `${MQ_URL} (ATTUNE_MQ_URL is "***")`],
  ["ATTUNE_MQ_URL", "amqp://me:12/w@h", `${MQ_URL} (ATTUNE_MQ_URL is "***")`],
  ["ATTUNE_MQ_URL", "amqp://me:12?w@h", `${MQ_URL} (ATTUNE_MQ_URL is "***")`],
  ["ATTUNE_MQ_URL", "amqp://me:12#w@h", `${MQ_URL} (ATTUNE_MQ_URL is "***")`],
  ["ATTUNE_MQ_URL", "amqp://me:50%@h", `${MQ_URL} (ATTUNE_MQ_URL is "amqp://***:***@h")`],
  [
    "ATTUNE_MQ_URL",
    "amqp://h?heartbeat=5s",
    `${HEARTBEAT} (ATTUNE_MQ_URL is "amqp://h?***")`,
  ],
  [
    "ATTUNE_MQ_URL",
    "amqp://h?heartbeat=65536",
    `${HEARTBEAT} (ATTUNE_MQ_URL is "amqp://h?***")`,
  ],
  [
    "ATTUNE_SENSOR_REF",
    "core.other",
    `Invalid sensor_ref: expected 'core.timer' (ATTUNE_SENSOR_REF is "core.other")`,
  ],
  [
    "ATTUNE_API_TOKEN",
    `Bearer ${TOKEN}`,
    "Invalid api_token: expected the token alone, in visible ASCII characters without spaces " +
    "(ATTUNE_API_TOKEN is ***)",
  ],
  [
    "ATTUNE_API_TOKEN_FILE",
    TOKEN,
    "Invalid api_token_file: expected the path of a file that holds the token, not the token itself " +
    "(ATTUNE_API_TOKEN_FILE is ***)",
  ],
  ["ATTUNE_SENSOR_ID", "0", `${SENSOR_ID} (ATTUNE_SENSOR_ID is "0")`],
  ["ATTUNE_SENSOR_ID", "-1", `${SENSOR_ID} (ATTUNE_SENSOR_ID is "-1")`],
  ["ATTUNE_SENSOR_ID", "1.5", `${SENSOR_ID} (ATTUNE_SENSOR_ID is "1.5")`],
  ["ATTUNE_SENSOR_ID", "core.timer", `${SENSOR_ID} (ATTUNE_SENSOR_ID is "core.timer")`],
  [
    "ATTUNE_SENSOR_ID",
    "9007199254740992",
    `${SENSOR_ID} (ATTUNE_SENSOR_ID is "9007199254740992")`,
  ],
  ["ATTUNE_MQ_EXCHANGE", "a b", `${EXCHANGE} (ATTUNE_MQ_EXCHANGE is "a b")`],
  [
    "ATTUNE_MQ_EXCHANGE",
    "x".repeat(128),
    `${EXCHANGE} (ATTUNE_MQ_EXCHANGE is "${"x".repeat(99)}...)`,
  ],
  [
    "ATTUNE_LOG_LEVEL",
    "loud",
    `Invalid log_level: expected trace, debug, info, warn or error (ATTUNE_LOG_LEVEL is "loud")`,
  ],
  [
    "ATTUNE_LOG_FORMAT",
    "xml",
    `Invalid log_format: expected json or pretty (ATTUNE_LOG_FORMAT is "xml")`,
  ],
  ["ATTUNE_RECONCILE_INTERVAL", "60", `${INTERVAL} (ATTUNE_RECONCILE_INTERVAL is "60")`],
  ["ATTUNE_RECONCILE_INTERVAL", "1.5h", `${INTERVAL} (ATTUNE_RECONCILE_INTERVAL is "1.5h")`],
  ["ATTUNE_RECONCILE_INTERVAL", "-1s", `${INTERVAL} (ATTUNE_RECONCILE_INTERVAL is "-1s")`],
  ["ATTUNE_RECONCILE_INTERVAL", "1S", `${INTERVAL} (ATTUNE_RECONCILE_INTERVAL is "1S")`],
  ["ATTUNE_RECONCILE_INTERVAL", "1 h", `${INTERVAL} (ATTUNE_RECONCILE_INTERVAL is "1 h")`],
  ["ATTUNE_RECONCILE_INTERVAL", "99ms", `${INTERVAL} (ATTUNE_RECONCILE_INTERVAL is "99ms")`],
  ["ATTUNE_RECONCILE_INTERVAL", "25h", `${INTERVAL} (ATTUNE_RECONCILE_INTERVAL is "25h")`],
  ["ATTUNE_MAX_CONCURRENCY", "0", `${CONCURRENCY} (ATTUNE_MAX_CONCURRENCY is "0")`],
  ["ATTUNE_MAX_CONCURRENCY", "1025", `${CONCURRENCY} (ATTUNE_MAX_CONCURRENCY is "1025")`],
  ["ATTUNE_MAX_CONCURRENCY", "1e2", `${CONCURRENCY} (ATTUNE_MAX_CONCURRENCY is "1e2")`],
  ["ATTUNE_MAX_CONCURRENCY", "many", `${CONCURRENCY} (ATTUNE_MAX_CONCURRENCY is "many")`],
  ...["maybe", "yes", "1", "0"].map((value): [string, string, string] => [
    "ATTUNE_HA",
    value,
    `${HA} (ATTUNE_HA is "${value}")`,
  ]),
  ...["0/1", "2/1", "1", "1/x", "-1/1", "1/1/1", "1/1025", "1/ 2", "1/0"].map((
    value,
  ): [string, string, string] => [
    "ATTUNE_SHARD",
    value,
    `${SHARD} (ATTUNE_SHARD is "${value}")`,
  ]),
  ...[
    "9464",
    "localhost",
    "::1:9464",
    "127.0.0.1:65536",
    "127.0.0.999:1",
    "http://127.0.0.1:9464",
    "a b:1",
    "[::g]:1",
    "127.0.0.1:9464/metrics",
  ].map((value): [string, string, string] => [
    "ATTUNE_ADMIN_ADDR",
    value,
    `${ADMIN} (ATTUNE_ADMIN_ADDR is "${value}")`,
  ]),
  ...["sensor:9464", "a,,b", "*.example.com", "http://sensor", "a b", "-a"].map(
    (value): [string, string, string] => [
      "ATTUNE_ADMIN_HOSTS",
      value,
      "Invalid admin_hosts: expected names that this machine is asked by, without ports and " +
      "separated by commas, such as timer-sensor,sensor.example.com " +
      `(ATTUNE_ADMIN_HOSTS is "${value}")`,
    ],
  ),
];

for (const [variable, value, problem] of REFUSED) {
  Deno.test(`${variable}=${value.slice(0, 40)} is refused with what is allowed`, () => {
    assertEquals(envProblems({ [variable]: value }), [problem]);
  });
}

Deno.test("all problems are told at once, each in a line of its own", () => {
  const variables = { ATTUNE_API_URL: "x", ATTUNE_SENSOR_REF: " ", ATTUNE_SHUTDOWN_TIMEOUT: "4" };
  const error = assertThrows(() => loadConfig(envOf(variables)), ConfigError);
  assertEquals(error.message.split("\n"), [
    `${API_URL} (ATTUNE_API_URL is "***")`,
    "Missing sensor_ref: expected 'core.timer' (ATTUNE_SENSOR_REF is not set)",
    `${MQ_URL.replace("Invalid", "Missing")} (ATTUNE_MQ_URL is not set)`,
    "Invalid shutdown_timeout: expected a duration with its unit (ms, s, m, h or d) from 0s to 1h, " +
    `such as 4s (ATTUNE_SHUTDOWN_TIMEOUT is "4")`,
    "Missing api_token: expected a service account token, or a file in api_token_file " +
    "(ATTUNE_API_TOKEN is not set)",
  ]);
  assertEquals(error.problems, error.message.split("\n"));
});

Deno.test("a blank variable counts as missing", () => {
  assertEquals(fromEnv({ ATTUNE_LOG_LEVEL: "", ATTUNE_MQ_EXCHANGE: " \n" }).mqExchange, "attune");
  assertEquals(envProblems({ ATTUNE_API_URL: "" }), [
    `${API_URL.replace("Invalid", "Missing")} (ATTUNE_API_URL is not set)`,
  ]);
});

Deno.test("a token file makes the token itself unnecessary, and the platform's own goes first", () => {
  const { ATTUNE_API_TOKEN: _, ...others } = REQUIRED;
  const own = { ...others, ATTUNE_API_TOKEN_FILE: "/etc/attune/token" };
  const both = { ...own, ATTUNE_SENSOR_TOKEN_STATE_PATH: "/run/state.json" };
  assertEquals(loadConfig(envOf(own)).config.apiTokenFile, "/etc/attune/token");
  assertEquals(loadConfig(envOf(own)).config.apiToken, null);
  assertEquals(loadConfig(envOf(both)).config.apiTokenFile, "/run/state.json");
});

Deno.test("unknown ATTUNE_ variables are warned of once, by name alone", () => {
  const { warnings } = loadConfig(envOf({
    ...REQUIRED,
    ATTUNE_MQ_EXCAHNGE: "secret-1",
    ATTUNE_COLOUR: "secret-2",
    OTHER: "secret-3",
  }));
  assertEquals(warnings, [
    "Unknown variable ATTUNE_MQ_EXCAHNGE is ignored: did you mean ATTUNE_MQ_EXCHANGE?",
    "Unknown variable ATTUNE_COLOUR is ignored",
  ]);
});

Deno.test("variables are read one by one where the permission names them", () => {
  const env = restrictedEnv({ ...REQUIRED, ATTUNE_LOG_LEVEL: "error" }, Object.keys(REQUIRED));
  const { config, warnings } = loadConfig(env);
  assertEquals(config.logLevel, "info");
  assertEquals(warnings, []);
});

Deno.test("a required variable that the permissions forbid is told with the flag to use", () => {
  const env = restrictedEnv(REQUIRED, ["ATTUNE_API_URL", "ATTUNE_SENSOR_REF", "ATTUNE_MQ_URL"]);
  assertEquals(assertThrows(() => loadConfig(env), ConfigError).problems, [
    "Missing api_token: expected a service account token, or a file in api_token_file " +
    "(allow it with --allow-env=ATTUNE_API_TOKEN)",
  ]);
});

Deno.test("a failing environment that is no matter of permission is not hidden", () => {
  const env = {
    get: () => undefined,
    toObject: () => {
      throw new TypeError("invalid unicode");
    },
  };
  assertThrows(() => loadConfig(env), TypeError, "invalid unicode");
});

Deno.test("stdin is read strictly", () => {
  assertEquals(
    stdinProblems({
      ATTUNE_LOG_LEVLE: "info",
      ATTUNE_COLOUR: 1,
      ATTUNE_RECONCILE_INTERVAL: 60,
      ATTUNE_API_TOKEN: 5,
      ATTUNE_HA: 1,
      ATTUNE_SHARD: 2,
      ATTUNE_ADMIN_ADDR: 9464,
    }),
    [
      "Invalid api_token: expected the token alone, in visible ASCII characters without spaces " +
      "(it is ***)",
      `${INTERVAL} (it is 60)`,
      `${HA} (it is 1)`,
      `${SHARD} (it is 2)`,
      `${ADMIN} (it is 9464)`,
      'Unknown member "log_levle": did you mean log_level?',
      'Unknown member "colour": expected one of api_url, api_token, api_token_file, ' +
      "sensor_token_state_path, sensor_ref, sensor_id, mq_url, mq_exchange, log_level, log_format, " +
      "reconcile_interval, catch_up_window, max_concurrency, outbox_max_age, shutdown_timeout, " +
      "ha, shard, admin_addr, admin_hosts",
    ],
  );
  assertEquals(stdinProblems({ ATTUNE_MQ_URL: { password: "pw" } }), [`${MQ_URL} (it is ***)`]);
  assertEquals(stdinProblems({ ATTUNE_API_URL: "" }), [
    `${API_URL.replace("Invalid", "Missing")} (it is not there)`,
  ]);
});

const NO_CONFIGURATION: [fault: string, text: string][] = [
  ["is empty", ""],
  ["is empty", " \n"],
  ["is no object", "null"],
  ["is no object", "[]"],
  ["is no object", '"text"'],
  ["is no valid JSON", `{"api_token": ${TOKEN}}`],
  ["is no valid JSON (line 2 column 1)", `{"api_token": "${TOKEN}",\n}`],
  ["is longer than 1 MiB", `"${"ä".repeat(MAX_STDIN_BYTES / 2)}"`],
];

for (const [fault, text] of NO_CONFIGURATION) {
  Deno.test(`stdin that ${fault} is refused: ${text.slice(0, 20)}`, () => {
    const error = assertThrows(() => loadStdinConfig(text), ConfigError);
    assertEquals(error.problems, [
      `The configuration on stdin ${fault}: expected a JSON object with api_url, api_token, ` +
      "sensor_ref and mq_url",
    ]);
    assertEquals(error.cause, undefined);
  });
}

for (
  const [url, shown] of [
    ["amqp://me:pw@a:1,b:2/v?heartbeat=1", "amqp://***:***@a:1,b:2/v?***"],
    ["amqp://amqp,b", "amqp://amqp,b"],
    ["amqps://[::1]:1,[::2]", "amqps://[::1]:1,[::2]"],
    ["amqp://:p,w@mq,mq2", "amqp://:***@mq,mq2"],
  ] as const
) {
  Deno.test(`the list of hosts in ${url} is shown without its secrets`, () => {
    assertEquals(redactedConfig(fromEnv({ ATTUNE_MQ_URL: url }))["mqUrl"], shown);
  });
}

Deno.test("the redacted configuration shows everything but secrets", () => {
  const config = fromEnv({
    ATTUNE_SENSOR_ID: "7",
    ATTUNE_MQ_URL: "amqp://me:p%40ss@mq:5672/vhost?heartbeat=5",
  });
  assertEquals(redactedConfig(config), {
    ...config,
    apiToken: "***",
    mqUrl: "amqp://***:***@mq:5672/vhost?***",
  });
  assertEquals(redactedConfig(config)["sensorId"], 7);
  const fileOnly = { ...config, apiToken: null, apiTokenFile: "/run/token" };
  assertEquals(redactedConfig(fileOnly)["apiToken"], null);
  assertEquals(redactedConfig(fileOnly)["apiTokenFile"], "/run/token");
});

Deno.test("no secret shows, whatever the configuration looks like", () => {
  const secret = "hunter2hunter2";
  const around = fc.stringMatching(/^[ -~]{0,12}$/);
  const url = fc.tuple(
    fc.constantFrom("amqp://", "amqps://", "http://", "amqp:", "://", ""),
    fc.constantFrom("", "u:", ":", "u:1", "u:1/", "u:1?", "u:1#", "u:%"),
    fc.constantFrom("", "@", "#", "?", "/", "%"),
    fc.constantFrom("@h", "@h:1/v", "@h?x=1", "@", "@[::1]"),
  ).map(([scheme, user, inside, rest]) => `${scheme}${user}${secret}${inside}${rest}`);
  fc.assert(fc.property(url, around, around, (url, before, after) => {
    const values = {
      ATTUNE_MQ_URL: url,
      ATTUNE_API_URL: url,
      ATTUNE_API_TOKEN: `${before}${secret}${after}`,
    };
    for (const [variable, value] of Object.entries(values)) {
      const shown = outcome({ ...REQUIRED, [variable]: value });
      assert(!shown.includes("hunter2"), `${variable}=${value} became ${shown}`);
    }
  }));

  function outcome(variables: Record<string, string>): string {
    try {
      return JSON.stringify(redactedConfig(loadConfig(envOf(variables)).config));
    } catch (error) {
      assertInstanceOf(error, ConfigError);
      return `${error.message} ${error.stack}`;
    }
  }
});
