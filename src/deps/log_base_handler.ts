/** Stand-in for `jsr:@std/log/base-handler`: the part of it that this program uses. */
import { getLevelByName, type LevelName, type LogLevel } from "./log_levels.ts";
import type { LogRecord } from "./log_logger.ts";

/** Makes a line of a record. */
export type FormatterFunction = (record: LogRecord) => string;

/** Formats the records at or above its level and passes the lines to {@link BaseHandler.log}. */
export abstract class BaseHandler {
  readonly level: LogLevel;
  readonly formatter: FormatterFunction;

  constructor(levelName: LevelName, options: { formatter?: FormatterFunction } = {}) {
    this.level = getLevelByName(levelName);
    this.formatter = options.formatter ?? ((record) => record.msg);
  }

  handle(record: LogRecord): void {
    if (record.level >= this.level) this.log(this.format(record));
  }

  format(record: LogRecord): string {
    return this.formatter(record);
  }

  abstract log(line: string): void;
}
