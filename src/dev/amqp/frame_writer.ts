/** Sends bytes in order, many in one write; never waits and never fails. */
export class FrameWriter {
  readonly #sink: { write(bytes: Uint8Array): Promise<number> };
  #waiting: Uint8Array[] = [];
  #writing: Promise<void> | null = null;

  constructor(sink: { write(bytes: Uint8Array): Promise<number> }) {
    this.#sink = sink;
  }

  /** Sends bytes once those before are gone. */
  send(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#writing ??= this.#writeAll();
  }

  /** Resolves once everything is sent, or cannot be. */
  async drained(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        // What is sent in the same turn goes out together.
        await Promise.resolve();
        await this.#write(join(this.#waiting.splice(0)));
      }
    } catch {
      // The peer is gone, which whoever reads from it learns too.
      this.#waiting = [];
    } finally {
      this.#writing = null;
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let written = 0; written < bytes.length;) {
      written += await this.#sink.write(bytes.subarray(written));
    }
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
