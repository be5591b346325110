import { BaseHandler } from "@std/log/base-handler";
import { Logger } from "@std/log/logger";
import type { Clock } from "../ground/clock.ts";
import { jsonLine, type LogFields, type LogLevel, prettyLine } from "./line.ts";
import { Repeats } from "./repeats.ts";
import { LogSink, type Writer } from "./sink.ts";

const RANKS: Readonly<Record<LogLevel, number>> = {
  trace: 0,
  debug: 1,
  info: 2,
  warn: 3,
  error: 4,
};

/** Where the program tells what it does. No method waits or throws. */
export interface Log {
  /** Whether lines of this level are written: ask before collecting costly fields. */
  enabled(level: LogLevel): boolean;
  trace(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /**
   * The same for what repeats itself: told at once, and from then on once a minute with its count, for as
   * long as it goes on. `cause` is the same for what is the same to the reader.
   */
  repeated(level: "warn" | "error", cause: string, message: string, fields?: LogFields): void;
}

/** Where lines go; `Deno.stdout` is one. */
export interface LogOutput extends Writer {
  isTerminal(): boolean;
}

/** What {@link openLog} needs to know. */
export interface LogOptions {
  /** The least level that is written. */
  readonly level: LogLevel;
  /** `null`: pretty on a terminal, JSON elsewhere. */
  readonly format: "json" | "pretty" | null;
  /** The sensor's ref, which stands in each JSON line. */
  readonly sensor: string;
  readonly clock: Clock;
  readonly output?: LogOutput;
}

/**
 * Opens the log. To dispose of it is to wait for its last lines, half a second at most. While a reader
 * is stuck the process cannot end by itself afterwards: end it with `Deno.exit`.
 */
export function openLog(options: LogOptions): Log & AsyncDisposable {
  const { output = Deno.stdout } = options;
  const isTerminal = output.isTerminal();
  const isPretty = (options.format ?? (isTerminal ? "pretty" : "json")) === "pretty";
  const { clock, sensor } = options;
  const colours = isTerminal && !Deno.noColor;
  return new StdLog(RANKS[options.level], output, clock, (level, message, fields) => {
    const entry = { at: clock.now(), level, message, sensor, fields };
    return isPretty ? prettyLine(entry, colours) : jsonLine(entry);
  });
}

type Format = (level: LogLevel, message: string, fields: LogFields) => string;

const NO_FIELDS: LogFields = {};

class StdLog implements Log, AsyncDisposable {
  readonly #leastRank: number;
  readonly #format: Format;
  readonly #sink: LogSink;
  readonly #logger: Logger;
  readonly #repeats: Repeats;

  constructor(leastRank: number, writer: Writer, clock: Clock, format: Format) {
    this.#leastRank = leastRank;
    this.#format = format;
    this.#repeats = new Repeats(clock);
    this.#sink = new LogSink(
      writer,
      clock,
      (count) => format("warn", "Log lines were dropped: nobody read them", { dropped: count }),
    );
    this.#logger = new Logger("attune", "DEBUG", { handlers: [new SinkHandler(this.#sink)] });
  }

  enabled(level: LogLevel): boolean {
    return RANKS[level] >= this.#leastRank && !this.#sink.isClosed;
  }

  // `@std/log` knows no level below debug.
  trace(message: string, fields: LogFields = NO_FIELDS): void {
    if (this.enabled("trace")) this.#logger.debug(this.#format("trace", message, fields));
  }

  debug(message: string, fields: LogFields = NO_FIELDS): void {
    if (this.enabled("debug")) this.#logger.debug(this.#format("debug", message, fields));
  }

  info(message: string, fields: LogFields = NO_FIELDS): void {
    if (this.enabled("info")) this.#logger.info(this.#format("info", message, fields));
  }

  warn(message: string, fields: LogFields = NO_FIELDS): void {
    if (!this.enabled("warn")) return;
    this.#logger.warn(this.#format("warn", message, fields));
    this.#sink.hurry();
  }

  error(message: string, fields: LogFields = NO_FIELDS): void {
    if (!this.enabled("error")) return;
    this.#logger.error(this.#format("error", message, fields));
    this.#sink.hurry();
  }

  repeated(
    level: "warn" | "error",
    cause: string,
    message: string,
    fields: LogFields = NO_FIELDS,
  ): void {
    this.#repeats.tell(`${level} ${cause}`, (repeats) => {
      if (repeats === 0) return this[level](message, fields);
      const times = repeats === 1 ? "once" : `${repeats} times`;
      this[level](`${message} (${times} more within a minute)`, { ...fields, repeats });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#repeats[Symbol.dispose]();
    await this.#sink[Symbol.asyncDispose]();
  }
}

class SinkHandler extends BaseHandler {
  readonly #sink: LogSink;

  constructor(sink: LogSink) {
    super("DEBUG", { formatter: (record) => record.msg });
    this.#sink = sink;
  }

  override log(line: string): void {
    this.#sink.push(line);
  }
}
