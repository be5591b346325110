/** Stand-in for `jsr:@std/log/levels`: the names and ranks this program uses. */
export const LogLevels = {
  NOTSET: 0,
  DEBUG: 10,
  INFO: 20,
  WARN: 30,
  ERROR: 40,
  CRITICAL: 50,
} as const;

/** Level names of `@std/log`. */
export type LevelName = keyof typeof LogLevels;

/** Level ranks of `@std/log`. */
export type LogLevel = typeof LogLevels[LevelName];

/** Rank of a level name. */
export function getLevelByName(name: LevelName): LogLevel {
  return LogLevels[name];
}
