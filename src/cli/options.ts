import { parseArgs } from "@std/cli/parse-args";
import { nearest } from "../ground/nearest.ts";

/** The command line says something that is not understood; the message tells what. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The arguments of a command. */
export interface Arguments {
  /** Those that are no options. */
  readonly words: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
}

/** Reads the arguments of a command from the names of its options. Throws a {@link UsageError}. */
export function readArguments(
  args: readonly string[],
  options: { readonly flags: readonly string[]; readonly values: readonly string[] },
): Arguments {
  const names = [...options.flags, ...options.values].map((name) => `--${name}`);
  const found = parseArgs([...args], {
    boolean: options.flags,
    string: [...options.values, "_"],
    unknown: (argument, key) => key === undefined || refuse(argument, names),
  });
  const values = new Map<string, string>();
  for (const name of options.values) {
    const value = found[name];
    if (value === "") throw new UsageError(`'--${name}' needs a value`);
    if (typeof value === "string") values.set(name, value);
  }
  const flags = new Set(options.flags.filter((name) => found[name] === true));
  return { words: found._.map(String), flags, values };
}

/** Refuses an argument, without the value it may have; `known` are those that may be meant. */
export function refuse(argument: string, known: readonly string[]): never {
  const [name = ""] = argument.split("=");
  const meant = nearest(name, known);
  const hint = meant === null ? "" : ` (did you mean '${meant}'?)`;
  throw new UsageError(`unknown argument '${name}'${hint}`);
}
