import { errorText } from "../ground/error_text.ts";
import { escaped } from "../ground/escaped.ts";
import { rfc3339 } from "../ground/instant.ts";

const HIDDEN = "***";
const SECRET_KEY =
  /(token|password|passwd|secret|authorization|cookie|credentials?|api_?key|private_?key)$/i;
const HEAD_KEYS: ReadonlySet<string> = new Set(["timestamp", "level", "message", "sensor"]);
const PLAIN_VALUE = /^[\w.:/@+-]+$/;
const RESET = "\x1b[0m";
const DIM = "\x1b[2m";
const COLOURS: Readonly<Record<LogLevel, string>> = {
  trace: DIM,
  debug: "\x1b[36m",
  info: "\x1b[32m",
  warn: "\x1b[33m",
  error: "\x1b[31m",
};

/**
 * What becomes of the fields of a name. There are no more names than stand in this program's text. What
 * stands in every line cannot be overwritten by a field.
 */
const fates = new Map<string, "printed" | "hidden" | "left out">();

/** How grave a line is, the least first. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error";

/** What a line tells beside its message; the names are in `snake_case`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** One line to be. */
export interface LogEntry {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly sensor: string;
  readonly fields: LogFields;
}

/** A line for machines: one JSON object. Never throws; values under secret-looking keys are hidden. */
export function jsonLine({ at, level, message, sensor, fields }: LogEntry): string {
  let line = `{"timestamp":"${rfc3339(at)}","level":"${level}"` +
    `,"message":${JSON.stringify(message)},"sensor":${JSON.stringify(sensor)}`;
  for (const key of Object.keys(fields)) {
    const text = printed(key, fields[key]);
    if (text !== undefined) line += `,${JSON.stringify(key)}:${text}`;
  }
  return `${line}}\n`;
}

/** A line for people. */
export function prettyLine({ at, level, message, fields }: LogEntry, colours: boolean): string {
  const paint = (colour: string, text: string) => colours ? `${colour}${text}${RESET}` : text;
  const timestamp = paint(DIM, new Date(at).toISOString());
  const name = paint(COLOURS[level], level.toUpperCase().padEnd(5));
  let line = `${timestamp} ${name} ${escaped(message)}`;
  for (const [key, value] of Object.entries(fields)) {
    const text = printed(key, value);
    if (text === undefined) continue;
    const bare = text.slice(1, -1);
    const plain = text.startsWith('"') && PLAIN_VALUE.test(bare) ? bare : text;
    line += ` ${paint(DIM, `${escaped(key)}=`)}${escaped(plain)}`;
  }
  return `${line}\n`;
}

/** A field's value as JSON; `undefined` where it is not printed. */
function printed(key: string, value: unknown): string | undefined {
  let fate = fates.get(key);
  if (fate === undefined) {
    fate = HEAD_KEYS.has(key) ? "left out" : SECRET_KEY.test(key) ? "hidden" : "printed";
    fates.set(key, fate);
  }
  if (fate === "left out") return undefined;
  if (fate === "hidden") return `"${HIDDEN}"`;
  // The usual case needs no replacer.
  if (typeof value === "string" || typeof value === "number") return JSON.stringify(value);
  try {
    return JSON.stringify(value, replacer());
  } catch (error) {
    return JSON.stringify(`not printable: ${errorText(error)}`);
  }
}

function replacer(): (this: unknown, key: string, value: unknown) => unknown {
  const ancestors: unknown[] = [];
  return function (key, value) {
    if (SECRET_KEY.test(key)) return HIDDEN;
    if (typeof value === "bigint") return String(value);
    if (value instanceof Error) return errorText(value);
    if (typeof value !== "object" || value === null) return value;
    while (ancestors.length > 0 && ancestors.at(-1) !== this) ancestors.pop();
    if (ancestors.includes(value)) return "circular";
    ancestors.push(value);
    return value;
  };
}
