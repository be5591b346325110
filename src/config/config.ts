import type * as z from "zod";
import { type Config, ConfigSchema, MEMBERS } from "./schema.ts";
import { nearest } from "../ground/nearest.ts";
import { redactUrl } from "../ground/redact_url.ts";

const PREFIX = "ATTUNE_";
/** Set by the platform, or inherited from it (contract 1.3), and of no use to a timer sensor. */
const IGNORED = new Set([
  "ATTUNE_SENSOR_TRIGGERS",
  "ATTUNE_ARTIFACTS_DIR",
  "ATTUNE_PACKS_BASE_DIR",
  "ATTUNE_CONFIG",
  "ATTUNE_SENSOR_RUNTIMES",
  "ATTUNE_RUNTIME_ENVS_DIR",
  "ATTUNE_SENSOR_AGENT_MODE",
]);
/** The platform's own nested settings, inherited. */
const IGNORED_PREFIX = "ATTUNE__";
/** What Kubernetes sets for each service in reach, such as one that is named `attune-api`. */
const SERVICE_LINK = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP)(_\w+)?)?)$/;
const LONGEST_VALUE_SHOWN = 100;
/** What the members look like without which nothing works. */
const EXAMPLES: Readonly<Record<string, string>> = {
  api_url: "the base URL of the Attune API, such as https://attune.example.com",
  api_token: "the service account's token, or name a file that holds it",
  sensor_ref: "core.timer, or core.timer_sensor as the platform passes it",
  mq_url: "the address of RabbitMQ, such as amqp://user:password@rabbitmq.example.com:5672",
};

/** The longest configuration that stdin may hold, in bytes. */
export const MAX_STDIN_BYTES = 1024 * 1024;

/** Where variables are read; `Deno.env` is one. */
export interface EnvReader {
  get(name: string): string | undefined;
  toObject(): Record<string, string>;
}

/** A configuration, with what is odd about it but does no harm. */
export interface LoadedConfig {
  readonly config: Config;
  readonly warnings: readonly string[];
}

/** One thing that is wrong with the configuration. Both lines are fit for the log. */
export interface ConfigProblem {
  readonly text: string;
  /** What to do about it. */
  readonly fix: string;
}

/** The configuration cannot be used. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly details: readonly ConfigProblem[];

  constructor(details: readonly ConfigProblem[]) {
    super(details.map(({ text }) => text).join("\n"));
    this.details = details;
  }

  /** Each problem is a line fit for the log. */
  get problems(): readonly string[] {
    return this.details.map(({ text }) => text);
  }
}

/** Reads the `ATTUNE_*` variables. Throws a {@link ConfigError}. */
export function loadConfig(env: EnvReader): LoadedConfig {
  const { variables, forbidden } = readVariables(env);
  const written = new Map<string, unknown>();
  for (const member of MEMBERS) written.set(member, variables[variableOf(member)]);
  const config = parse(written, {
    nameOf: variableOf,
    found(member, value) {
      const variable = variableOf(member);
      if (forbidden.has(variable)) return `allow it with --allow-env=${variable}`;
      return value === undefined ? `${variable} is not set` : `${variable} is ${value}`;
    },
  });
  const unknown = unknownVariables(Object.keys(variables));
  // Started by the platform, it inherits whatever that is given: only what looks like a slip is told.
  const told = config.sensorId === null ? unknown : unknown.filter(({ meant }) => meant !== null);
  return { config, warnings: told.map(unknownText) };
}

/** Reads the JSON object that stdin held. Throws a {@link ConfigError}. */
export function loadStdinConfig(text: string): LoadedConfig {
  const written = parseObject(text);
  const config = parse(new Map(Object.entries(written)), {
    nameOf: (member) => `"${member}"`,
    found: (_, value) => value === undefined ? "it is not there" : `it is ${value}`,
  });
  return { config, warnings: [] };
}

/** The configuration for the log: every secret is `***`. */
export function redactedConfig(config: Config): Record<string, unknown> {
  const apiToken = config.apiToken === null ? null : "***";
  return { ...config, apiToken, mqUrl: redactUrl(config.mqUrl) };
}

/** Where members are looked for. */
interface Place {
  /** What a member is called there. */
  nameOf(member: string): string;
  /** What was found of it. */
  found(member: string, value: string | undefined): string;
}

function parse(written: ReadonlyMap<string, unknown>, place: Place): Config {
  const trimmed = new Map([...written].map(([member, value]) => [member, trim(value)]));
  const given = [...trimmed].filter(([, value]) => value !== undefined);
  const result = ConfigSchema.safeParse(Object.fromEntries(given));
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.flatMap((issue) => problemsOf(issue)));

  function problemsOf(issue: z.core.$ZodIssue): ConfigProblem[] {
    if (issue.code === "unrecognized_keys") return issue.keys.map(unknownMember);
    const member = String(issue.path[0]);
    const value = trimmed.get(member);
    const [fault, found] = value === undefined
      ? ["Missing", place.found(member, value)]
      : ["Invalid", place.found(member, shown(member, value))];
    const text = `${fault} ${member}: ${issue.message} (${found})`;
    return [{ text, fix: fixOf(member, place.nameOf(member)) }];
  }
}

function fixOf(member: string, name: string): string {
  const example = EXAMPLES[member];
  return example === undefined ? `Correct ${name}, or leave it out` : `Set ${name} to ${example}`;
}

/** Blank is missing: that is how a shell or a unit file writes "no value". */
function trim(value: unknown): unknown {
  return typeof value === "string" ? value.trim() || undefined : value;
}

function shown(member: string, value: unknown): string {
  if (member.includes("token")) return "***";
  const text = JSON.stringify(value);
  if (member.endsWith("_url")) return typeof value === "string" ? `"${redactUrl(value)}"` : "***";
  return text.length > LONGEST_VALUE_SHOWN ? `${text.slice(0, LONGEST_VALUE_SHOWN)}...` : text;
}

function unknownMember(member: string): ConfigProblem {
  const name = JSON.stringify(member.slice(0, LONGEST_VALUE_SHOWN));
  const text = `Unknown member ${name}: ${didYouMean(member, MEMBERS)}`;
  return { text, fix: "Correct its name, or leave it out" };
}

function didYouMean(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant === null ? `expected one of ${known.join(", ")}` : `did you mean ${meant}?`;
}

interface UnknownVariable {
  readonly name: string;
  readonly meant: string | null;
}

function unknownVariables(names: readonly string[]): UnknownVariable[] {
  const known = MEMBERS.map(variableOf);
  return names
    .filter((name) => name.startsWith(PREFIX) && !name.startsWith(IGNORED_PREFIX))
    .filter((name) => !IGNORED.has(name) && !SERVICE_LINK.test(name) && !known.includes(name))
    .map((name) => ({ name, meant: nearest(name, known) }));
}

function unknownText({ name, meant }: UnknownVariable): string {
  return `Unknown variable ${name} is ignored${meant === null ? "" : `: did you mean ${meant}?`}`;
}

function variableOf(member: string): string {
  return PREFIX + member.toUpperCase();
}

interface Variables {
  readonly variables: Readonly<Record<string, string>>;
  /** Variables that the permissions keep from us. */
  readonly forbidden: ReadonlySet<string>;
}

function readVariables(env: EnvReader): Variables {
  const forbidden = new Set<string>();
  const all = permitted(() => env.toObject());
  if (all !== null) return { variables: all, forbidden };
  const variables: Record<string, string> = {};
  for (const name of MEMBERS.map(variableOf)) {
    const found = permitted(() => ({ value: env.get(name) }));
    if (found === null) forbidden.add(name);
    else if (found.value !== undefined) variables[name] = found.value;
  }
  return { variables, forbidden };
}

function permitted<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return null;
    throw error;
  }
}

/** The text is never quoted, in no message and no `cause`: it holds the token. */
function parseObject(text: string): object {
  if (new TextEncoder().encode(text).length > MAX_STDIN_BYTES) {
    throw refusal("is longer than 1 MiB");
  }
  if (text.trim() === "") throw refusal("is empty");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const place = / \(line \d+ column \d+\)$/.exec(error instanceof Error ? error.message : "");
    throw refusal(`is no valid JSON${place?.[0] ?? ""}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refusal("is no object");
  }
  return value;
}

function refusal(fault: string): ConfigError {
  const expected = "a JSON object with api_url, api_token, sensor_ref and mq_url";
  return new ConfigError([{
    text: `The configuration on stdin ${fault}: expected ${expected}`,
    fix: `Write ${expected} to standard input`,
  }]);
}
