/** The options of `parseArgs` that this program uses. */
export interface ParseOptions {
  boolean?: readonly string[];
  string?: readonly string[];
  alias?: Record<string, string>;
  stopEarly?: boolean;
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** Command line arguments as members; what is no option stands in `_`. */
export function parseArgs(
  args: string[],
  options?: ParseOptions,
): { [key: string]: unknown; _: (string | number)[] };
