import type { Output } from "../../src/cli/host.ts";

/** Keeps what is written, a few bytes at a time as a slow pipe takes them. */
export class Screen implements Output {
  readonly #bytes: number[] = [];

  get text(): string {
    return new TextDecoder().decode(new Uint8Array(this.#bytes));
  }

  write(bytes: Uint8Array): Promise<number> {
    const some = bytes.subarray(0, 100);
    this.#bytes.push(...some);
    return Promise.resolve(some.length);
  }
}
