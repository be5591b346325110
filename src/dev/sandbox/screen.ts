const RESET = "\x1b[0m";
const BOLD = "\x1b[1m";
const DIM = "\x1b[2m";
const GREEN = "\x1b[32m";
const BAR = "│";

/** What the person at the terminal sees. */
export class Screen {
  readonly #output: { writeSync(bytes: Uint8Array): number; isTerminal(): boolean };
  readonly #closed = new AbortController();

  constructor(output: { writeSync(bytes: Uint8Array): number; isTerminal(): boolean }) {
    this.#output = output;
  }

  /** Aborted once nobody reads what is shown. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** A headline, with an empty line before it. */
  title(text: string): void {
    this.#write(`\n${this.#paint(BOLD, text)}\n`);
  }

  /** Rows of cells, indented, each column as wide as its widest cell. */
  table(rows: readonly (readonly string[])[]): void {
    const [first = []] = rows;
    const widths = first.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
    for (const row of rows) {
      const cells = row.map((cell, at) => cell.padEnd(widths[at] ?? 0));
      this.#write(`  ${cells.join("  ").trimEnd()}\n`);
    }
  }

  /** Lines to read or to paste, as they are. */
  text(...lines: readonly string[]): void {
    for (const line of lines) this.#write(`${line}\n`);
  }

  /** A line that the sensor wrote. */
  sensor(line: string): void {
    this.#write(this.#paint(DIM, `sensor ${BAR} ${line}`) + "\n");
  }

  /** A line about an event that arrived. */
  event(line: string): void {
    this.#write(`${this.#paint(GREEN, `event  ${BAR} ${line}`)}\n`);
  }

  #paint(colour: string, text: string): string {
    const hasColours = this.#output.isTerminal() && !Deno.noColor;
    return hasColours ? `${colour}${text}${RESET}` : text;
  }

  #write(text: string): void {
    if (this.#closed.signal.aborted) return;
    try {
      const bytes = new TextEncoder().encode(text);
      for (let written = 0; written < bytes.length;) {
        written += this.#output.writeSync(bytes.subarray(written));
      }
    } catch (error) {
      this.#closed.abort(error);
    }
  }
}
