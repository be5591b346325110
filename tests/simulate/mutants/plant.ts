import { ROOT, stdFlags } from "../../support/std_flags.ts";
import type { Mutant } from "./mutants.ts";

/** What a simulation needs of the checkout. */
const NEEDED = ["deno.json", "deno.lock", "src", "tests/simulate", "tests/support", "tests/chaos"];

/** What came of planting a mutant. */
export interface Hunt {
  readonly mutant: Mutant;
  /** The first seed that found it; `null`: none did. */
  readonly seed: number | null;
  /** What was wrong in that seed, or why nothing was run. */
  readonly what: string;
  readonly seconds: number;
}

/** A copy of the checkout in which mutants are planted, one at a time. */
export class Nursery implements AsyncDisposable {
  readonly #path: string;
  readonly #flags: readonly string[];

  private constructor(path: string, flags: readonly string[]) {
    this.#path = path;
    this.#flags = flags;
  }

  /** Copies the checkout. */
  static async open(): Promise<Nursery> {
    const path = await Deno.makeTempDir({ prefix: "mutants_" });
    for (const name of NEEDED) await copy(new URL(name, ROOT), `${path}/${name}`);
    return new Nursery(path, await stdFlags());
  }

  /** Plants a mutant and lives through seeds until one finds it. */
  async hunt(mutant: Mutant, seeds: string): Promise<Hunt> {
    const file = `${this.#path}/src/${mutant.file}`;
    const source = await Deno.readTextFile(file);
    if (source.split(mutant.find).length !== 2) {
      return { mutant, seed: null, what: "its place is not in the source", seconds: 0 };
    }
    await Deno.writeTextFile(file, source.replace(mutant.find, () => mutant.replace));
    const began = performance.now();
    try {
      return { mutant, ...await this.#run(seeds), seconds: (performance.now() - began) / 1000 };
    } finally {
      await Deno.writeTextFile(file, source);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#path, { recursive: true });
  }

  async #run(seeds: string): Promise<{ seed: number | null; what: string }> {
    const script = "tests/simulate/mutants/first_failure.ts";
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "--no-check", ...this.#flags, "--allow-env", script, seeds],
      cwd: this.#path,
    }).output();
    const found = /^(\d+) (.*)$/m.exec(new TextDecoder().decode(stdout));
    if (found !== null) return { seed: Number(found[1]), what: found[2] ?? "" };
    const trouble = new TextDecoder().decode(stderr).trim().split("\n")[0] ?? "";
    return { seed: null, what: trouble };
  }
}

async function copy(from: URL, to: string): Promise<void> {
  if ((await Deno.stat(from)).isFile) {
    await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
    return await Deno.copyFile(from, to);
  }
  for await (const { name } of Deno.readDir(from)) {
    await copy(new URL(`${from.href}/${name}`), `${to}/${name}`);
  }
}
