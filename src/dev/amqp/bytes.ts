import { ProtocolError } from "./protocol_error.ts";

const INITIAL_CAPACITY = 128;
const SHORTSTR_MAX_BYTES = 255;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The bits of one octet, the lowest first: how AMQP packs consecutive flags. */
export type Bits = readonly [
  boolean,
  boolean,
  boolean,
  boolean,
  boolean,
  boolean,
  boolean,
  boolean,
];

/**
 * Takes the elementary types of AMQP 0-9-1 (section 4.2.5) off bytes, in order. Throws a `ProtocolError`
 * 501 where the bytes end too soon.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** How many bytes are left. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** An unsigned octet. */
  octet(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  /** Eight flags. */
  bits(): Bits {
    const octet = this.octet();
    const bit = (index: number) => (octet & (1 << index)) !== 0;
    return [bit(0), bit(1), bit(2), bit(3), bit(4), bit(5), bit(6), bit(7)];
  }

  /** An unsigned 16-bit integer. */
  short(): number {
    return this.#view.getUint16(this.#advance(2));
  }

  /** An unsigned 32-bit integer. */
  long(): number {
    return this.#view.getUint32(this.#advance(4));
  }

  /** An unsigned 64-bit integer. */
  longlong(): bigint {
    return this.#view.getBigUint64(this.#advance(8));
  }

  /** A 64-bit floating point number. */
  double(): number {
    return this.#view.getFloat64(this.#advance(8));
  }

  /** A 32-bit floating point number. */
  float(): number {
    return this.#view.getFloat32(this.#advance(4));
  }

  /** A view of the next bytes: copy what is to be kept. */
  bytes(count: number): Uint8Array {
    const start = this.#advance(count);
    return this.#bytes.subarray(start, start + count);
  }

  /** A string of at most 255 bytes. */
  shortstr(): string {
    return decoder.decode(this.bytes(this.octet()));
  }

  /** A string of any length. */
  longstr(): string {
    return decoder.decode(this.bytes(this.long()));
  }

  #advance(count: number): number {
    const start = this.#offset;
    if (count > this.remaining) {
      throw new ProtocolError(
        "FRAME_ERROR",
        `cannot decode: ${count} bytes expected, ${this.remaining} left`,
      );
    }
    this.#offset += count;
    return start;
  }
}

/** Collects the elementary types of AMQP 0-9-1 into bytes. Every method returns the writer itself. */
export class ByteWriter {
  #bytes = new Uint8Array(INITIAL_CAPACITY);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  octet(value: number): this {
    const start = this.#grow(1);
    this.#view.setUint8(start, value);
    return this;
  }

  short(value: number): this {
    const start = this.#grow(2);
    this.#view.setUint16(start, value);
    return this;
  }

  long(value: number): this {
    const start = this.#grow(4);
    this.#view.setUint32(start, value);
    return this;
  }

  /** Takes negative integers too, as their two's complement. */
  longlong(value: bigint): this {
    const start = this.#grow(8);
    this.#view.setBigUint64(start, value);
    return this;
  }

  double(value: number): this {
    const start = this.#grow(8);
    this.#view.setFloat64(start, value);
    return this;
  }

  bytes(value: Uint8Array): this {
    const start = this.#grow(value.length);
    this.#bytes.set(value, start);
    return this;
  }

  /** Cuts after 255 bytes, since that is all that the length can say. */
  shortstr(value: string): this {
    const bytes = encoder.encode(value).subarray(0, SHORTSTR_MAX_BYTES);
    return this.octet(bytes.length).bytes(bytes);
  }

  longstr(value: string): this {
    const bytes = encoder.encode(value);
    return this.long(bytes.length).bytes(bytes);
  }

  /** What was written; the writer is not to be used after this. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  // To be called before the buffer or its view is touched: both may be others afterwards.
  #grow(count: number): number {
    const start = this.#length;
    const needed = start + count;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, start));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#length = needed;
    return start;
  }
}
