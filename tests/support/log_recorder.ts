import type { Log } from "../../src/log/log.ts";
import type { LogFields, LogLevel } from "../../src/log/line.ts";

/** One line of the log. */
export interface Line {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** A log that is looked at. */
export function recorder(): { log: Log; lines: Line[]; messages: () => string[] } {
  const lines: Line[] = [];
  const at = (level: LogLevel) => (message: string, fields: LogFields = {}) =>
    void lines.push({ level, message, fields });
  const log: Log = {
    enabled: () => true,
    trace: at("trace"),
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    repeated: (level, cause, message, fields) => at(level)(message, { ...fields, cause }),
  };
  return { log, lines, messages: () => lines.map((it) => `${it.level}: ${it.message}`) };
}
