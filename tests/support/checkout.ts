import { ROOT } from "./std_flags.ts";

/** What a build reads. */
const FILES = ["main.ts", "src", "deno.json", "deno.lock", "install.sh"];

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export async function runToEnd(
  command: string,
  args: readonly string[],
  options: Omit<Deno.CommandOptions, "args"> = {},
): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args: [...args], ...options })
    .output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** A copy of the sources in a folder of its own: nobody takes what a test builds for the real thing. */
export class Checkout implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Checkout> {
    const path = await Deno.makeTempDir({ prefix: "checkout_" });
    await runToEnd("cp", ["-R", ...FILES, path], { cwd: ROOT });
    return new Checkout(path);
  }

  /** Runs one of the project's tasks. */
  task(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return runToEnd(Deno.execPath(), ["task", "-q", ...args], { cwd: this.path, env: { ...env } });
  }

  /** A file of it, by its path in the project. */
  file(path: string): string {
    return `${this.path}/${path}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
