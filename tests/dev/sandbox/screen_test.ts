import { assert, assertEquals } from "@std/assert";
import { Screen } from "../../../src/dev/sandbox/screen.ts";

/** An output that takes so many bytes at a time. */
class Output {
  text = "";
  readonly #bytesAtOnce: number;
  readonly #terminal: boolean;

  constructor(bytesAtOnce: number, terminal = false) {
    this.#bytesAtOnce = bytesAtOnce;
    this.#terminal = terminal;
  }

  writeSync(bytes: Uint8Array): number {
    const taken = bytes.subarray(0, this.#bytesAtOnce);
    this.text += new TextDecoder("latin1").decode(taken);
    return taken.length;
  }

  isTerminal(): boolean {
    return this.#terminal;
  }
}

Deno.test("Screen aligns the columns of a table, and writes all of it however little is taken", () => {
  const output = new Output(3);
  new Screen(output).table([["a", "long", "x"], ["longer", "b", ""]]);
  assertEquals(output.text, "  a       long  x\n  longer  b\n");
});

Deno.test("Screen paints on a terminal only", () => {
  const [plain, painted] = [new Output(99), new Output(99, true)];
  for (const output of [plain, painted]) new Screen(output).title("Title");
  assertEquals(plain.text, "\nTitle\n");
  assertEquals(painted.text, Deno.noColor ? "\nTitle\n" : "\n\x1b[1mTitle\x1b[0m\n");
});

Deno.test("Screen tells that nobody reads it and writes no more", () => {
  let writes = 0;
  const screen = new Screen({
    isTerminal: () => false,
    writeSync() {
      writes++;
      throw new Deno.errors.BrokenPipe();
    },
  });
  screen.text("one", "two");
  screen.sensor("three");
  assert(screen.closed.aborted);
  assertEquals(writes, 1);
});
