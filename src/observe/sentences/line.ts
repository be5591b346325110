import type { LogFields, LogLevel } from "../../log/line.ts";

/** One line of the log, as news have it. */
export interface Line {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
  /** The same for lines that say the same to a reader: told at once, then once a minute with its count. */
  readonly repeats?: { readonly level: "warn" | "error"; readonly cause: string };
  /** It is told once, however often it comes. */
  readonly isOnce?: true;
  /** The spell of trouble that it belongs to: what repeats in another one is told anew. */
  readonly spell?: Spell;
  /** In a spell only the first is as grave as `level` says: the others are for debugging. */
  readonly isQuietAgain?: true;
  /** The spell that is over with it. */
  readonly ends?: Spell;
  /** It says no more than that: where there was no such spell, it is left out. */
  readonly isRecovery?: true;
}

/** What can be in trouble for a while. */
export type Spell = "listener" | "outbox" | "parking" | "lease" | "snapshots" | "token";

/** A line without anything special. */
export function line(level: LogLevel, message: string, fields: LogFields = {}): Line {
  return { level, message, fields };
}

/** A line that repeats itself, `message` being what a reader sees of the cause unless told otherwise. */
export function repeated(
  level: "warn" | "error",
  message: string,
  fields: LogFields = {},
  cause: string = message,
): Line {
  return { level, message, fields, repeats: { level, cause } };
}
