import { type Host, readText } from "./host.ts";
import { refuse, UsageError } from "./options.ts";

const MAX_CHARACTERS = 16 * 1024 * 1024;
const STDIN = "-";
/** What is taken for a file: no rule is written like this. */
const PATH = /^(?:\.{0,2}\/)?[^\s={}[\]:@*,?]+$/;
const NAMES_A_FILE = /\/|\.[a-z]\w*$/i;

/** A text that may hold rules. */
export interface Source {
  /** What it is called before the number of a line. */
  readonly place: string;
  readonly text: string;
  readonly isFile: boolean;
}

/** The texts that the words of a command line are or name. Throws a `UsageError`. */
export async function sourcesOf(words: readonly string[], host: Host): Promise<readonly Source[]> {
  const [first, second] = words;
  if (first === undefined) throw new UsageError("the rule's trigger_params are missing");
  if (first !== STDIN && !isPath(first)) {
    if (second !== undefined) refuse(second, []);
    return [{ place: "line", text: first, isFile: false }];
  }
  const sources: Source[] = [];
  for (const word of words) {
    if (word === STDIN) {
      const text = await readText(host.stdin(), MAX_CHARACTERS);
      sources.push({ place: "stdin", text, isFile: false });
    } else if (isPath(word)) {
      sources.push({ place: word, text: await fileText(word, host), isFile: true });
    } else refuse(word, []);
  }
  return sources;
}

function isPath(word: string): boolean {
  return PATH.test(word) && NAMES_A_FILE.test(word);
}

async function fileText(path: string, host: Host): Promise<string> {
  try {
    return await host.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      const remedy = `it may read no file: preview - < ${path}`;
      throw new UsageError(`cannot read '${path}', ${remedy}`, { cause: error });
    }
    if (error instanceof Deno.errors.NotFound) {
      throw new UsageError(`there is no file '${path}'`, { cause: error });
    }
    const fault = error instanceof Error ? error.message : "";
    throw new UsageError(`cannot read '${path}': ${fault}`, { cause: error });
  }
}
