import { RowSieve, type SieveOptions } from "./row_sieve.ts";

/** Parsed as a whole, what this holds at most is no burden. */
const SMALL_BYTES = 256 * 1024;

/** How much of an answer is read. */
export interface BodyLimits {
  /** The most that is read. */
  readonly maxBytes: number;
  /** What of it is kept where it is not small; without it, everything. */
  readonly sieve?: SieveOptions & { readonly mostKept: number };
}

/** `fault` is why the text is not whole, `null` where it is. */
export interface HttpBody {
  readonly text: string;
  readonly fault: unknown;
}

/**
 * Reads to the end or to the limit: a body that is neither read nor cancelled holds its connection. Never
 * rejects: `faultOf` and `tooLong` make the fault.
 */
export async function readBody(
  response: Response,
  limits: BodyLimits,
  { faultOf, tooLong }: {
    readonly faultOf: (error: unknown) => unknown;
    readonly tooLong: () => unknown;
  },
): Promise<HttpBody> {
  const { body } = response;
  if (body === null) return { text: "", fault: null };
  const { maxBytes } = limits;
  // What is no success is told in its own words.
  const sieve = response.ok ? limits.sieve : undefined;
  try {
    if (isWithin(sieve === undefined ? maxBytes : SMALL_BYTES, response.headers)) {
      return { text: await response.text(), fault: null };
    }
  } catch (error) {
    return { text: "", fault: faultOf(error) };
  }
  const reader = sieve === undefined ? new TextReader() : new RowSieve(sieve);
  const mostKept = sieve?.mostKept ?? maxBytes;
  let length = 0;
  try {
    for await (const chunk of body) {
      length += chunk.length;
      reader.push(chunk);
      if (length > maxBytes || reader.size > mostKept) {
        return { text: reader.text(), fault: tooLong() };
      }
    }
    return { text: reader.text(), fault: null };
  } catch (error) {
    return { text: reader.text(), fault: faultOf(error) };
  }
}

/** Keeps everything. */
class TextReader {
  readonly #decoder = new TextDecoder();
  #text = "";

  get size(): number {
    return this.#text.length;
  }

  push(chunk: Uint8Array): void {
    this.#text += this.#decoder.decode(chunk, { stream: true });
  }

  text(): string {
    return this.#text + this.#decoder.decode();
  }
}

/** Whether a body is known to end in time: then it can be read in one go, at a fraction of the cost. */
function isWithin(maxBytes: number, headers: Headers): boolean {
  if (headers.has("content-encoding")) return false;
  const length = headers.get("content-length");
  return length !== null && Number(length) <= maxBytes;
}
