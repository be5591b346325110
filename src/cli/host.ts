import type { Clock } from "../ground/clock.ts";
import type { EnvReader } from "../config/config.ts";

/** What a command has of the world: `main` gives it the process's own. */
export interface Host {
  readonly env: EnvReader;
  readonly clock: Clock;
  readonly stdin: () => AsyncIterable<Uint8Array>;
  /** Rejects as `Deno.readTextFile` does, also where the program has no permission. */
  readonly readFile: (path: string) => Promise<string>;
  readonly stdout: Output;
  readonly stderr: Output;
}

/** Writes some of the bytes and tells how many; `Deno.stdout` is one. */
export interface Output {
  write(bytes: Uint8Array): Promise<number>;
}

/** Writes a text to its end. Throws a `Deno.errors.BrokenPipe` where nobody reads any more. */
export async function print(output: Output, text: string): Promise<void> {
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) rest = rest.subarray(await output.write(rest));
}

/** Writes a text that nobody has to read. */
export async function complain(output: Output, text: string): Promise<void> {
  try {
    await print(output, text);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** Reads UTF-8 to its end, or until there are more than `limit` characters. */
export async function readText(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > limit) break;
  }
  return text;
}
