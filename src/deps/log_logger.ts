/** Stand-in for `jsr:@std/log/logger`: the part of it that this program uses. */
import type { BaseHandler } from "./log_base_handler.ts";
import { getLevelByName, type LevelName, type LogLevel, LogLevels } from "./log_levels.ts";

/** One line to be logged. */
export class LogRecord {
  readonly msg: string;
  readonly args: unknown[];
  readonly level: number;
  readonly loggerName: string;
  readonly datetime: Date = new Date();

  constructor(options: { msg: string; args: unknown[]; level: LogLevel; loggerName: string }) {
    this.msg = options.msg;
    this.args = options.args;
    this.level = options.level;
    this.loggerName = options.loggerName;
  }
}

/** Hands each message at or above its level to its handlers. */
export class Logger {
  readonly loggerName: string;
  readonly level: LogLevel;
  readonly handlers: BaseHandler[];

  constructor(name: string, levelName: LevelName, options: { handlers?: BaseHandler[] } = {}) {
    this.loggerName = name;
    this.level = getLevelByName(levelName);
    this.handlers = options.handlers ?? [];
  }

  #log(level: LogLevel, msg: string, args: unknown[]): void {
    if (level < this.level) return;
    const record = new LogRecord({ msg, args, level, loggerName: this.loggerName });
    for (const handler of this.handlers) handler.handle(record);
  }

  debug(msg: string, ...args: unknown[]): void {
    this.#log(LogLevels.DEBUG, msg, args);
  }

  info(msg: string, ...args: unknown[]): void {
    this.#log(LogLevels.INFO, msg, args);
  }

  warn(msg: string, ...args: unknown[]): void {
    this.#log(LogLevels.WARN, msg, args);
  }

  error(msg: string, ...args: unknown[]): void {
    this.#log(LogLevels.ERROR, msg, args);
  }
}
