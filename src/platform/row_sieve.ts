/** Bytes of JSON's marks. */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** What a sieve lets through. */
export interface SieveOptions {
  /** How many lists and objects stand around a member of a row, its row included. */
  readonly depth: number;
  /** The members of a row that are wanted. */
  readonly wanted: ReadonlySet<string>;
  /** The most bytes of one wanted member; of a longer one only that it is too long is kept. */
  readonly longestMember: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const NULL = encoder.encode("null");

/**
 * Takes an answer in JSON as it comes, and keeps of its rows the members that are wanted: of the others
 * `null` is left. What nobody needs is neither held nor parsed, however long or deep it is. What is no JSON
 * stays none.
 */
export class RowSieve {
  readonly #options: SieveOptions;
  readonly #tooLong: Uint8Array;
  #kept = new Uint8Array(4096);
  #size = 0;
  #depth = 0;
  /** Whether the innermost container at the depth of rows is an object. */
  #isInRow = false;
  #isInString = false;
  #isEscaped = false;
  /** Where the last string of a row began that may be the name of a member, in what is kept. */
  #nameAt: number | null = null;
  #name = "";
  /** Where a wanted member's value begins in what is kept; `null` outside of one. */
  #valueAt: number | null = null;
  #isSkipping = false;

  constructor(options: SieveOptions) {
    this.#options = options;
    this.#tooLong = encoder.encode(`"longer than ${options.longestMember} bytes"`);
  }

  /** The bytes kept so far. */
  get size(): number {
    return this.#size;
  }

  /** Takes the next bytes of the answer. */
  push(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (this.#isInString) this.#takeInString(byte);
      else this.#take(byte);
    }
  }

  /** What was kept, as text. */
  text(): string {
    return decoder.decode(this.#kept.subarray(0, this.#size));
  }

  #takeInString(byte: number): void {
    this.#keep(byte);
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#endString();
  }

  #endString(): void {
    this.#isInString = false;
    if (this.#nameAt === null) return;
    this.#name = decoder.decode(this.#kept.subarray(this.#nameAt, this.#size - 1));
    this.#nameAt = null;
  }

  #take(byte: number): void {
    switch (byte) {
      case QUOTE:
        this.#isInString = true;
        this.#keep(byte);
        if (this.#isAtMember && this.#valueAt === null && !this.#isSkipping) {
          this.#nameAt = this.#size;
        }
        return;
      case COLON:
        this.#keep(byte);
        return this.#isAtMember ? this.#beginValue() : undefined;
      case COMMA:
        if (this.#isAtMember) this.#endValue();
        return this.#keep(byte);
      case OPEN_OBJECT:
      case OPEN_LIST:
        this.#depth++;
        if (this.#depth === this.#options.depth) this.#isInRow = byte === OPEN_OBJECT;
        return this.#keep(byte);
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        if (this.#isAtMember) this.#endValue();
        this.#depth--;
        return this.#keep(byte);
      default:
        this.#keep(byte);
    }
  }

  get #isAtMember(): boolean {
    return this.#isInRow && this.#depth === this.#options.depth;
  }

  #beginValue(): void {
    if (this.#options.wanted.has(this.#name)) {
      this.#valueAt = this.#size;
      return;
    }
    this.#append(NULL);
    this.#isSkipping = true;
  }

  #endValue(): void {
    this.#valueAt = null;
    this.#isSkipping = false;
  }

  #keep(byte: number): void {
    if (this.#isSkipping) return;
    if (this.#size === this.#kept.length) this.#reserve(1);
    this.#kept[this.#size++] = byte;
    if (this.#valueAt === null) return;
    if (this.#size - this.#valueAt <= this.#options.longestMember) return;
    this.#size = this.#valueAt;
    this.#append(this.#tooLong);
    this.#isSkipping = true;
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#kept.set(bytes, this.#size);
    this.#size += bytes.length;
  }

  #reserve(count: number): void {
    if (this.#size + count <= this.#kept.length) return;
    const kept = new Uint8Array(2 * (this.#size + count));
    kept.set(this.#kept.subarray(0, this.#size));
    this.#kept = kept;
  }
}
