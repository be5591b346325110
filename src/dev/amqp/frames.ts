import { ByteReader, ByteWriter } from "./bytes.ts";
import type { Message } from "./message.ts";
import { writeProperties } from "./properties.ts";
import { ProtocolError } from "./protocol_error.ts";

/** The largest frame taken and offered, in bytes, as RabbitMQ has it. */
export const FRAME_MAX_BYTES = 131_072;
/** Header (type, channel, size) and end marker. */
export const FRAME_OVERHEAD_BYTES = 8;
const FRAME_HEADER_BYTES = 7;
const FRAME_END = 0xce;
const BASIC_CLASS = 60;
const PROTOCOL_HEADER_BYTES = 8;

/** What a frame carries (section 4.2.3). */
export const FrameType = { method: 1, header: 2, body: 3, heartbeat: 8 } as const;
const KNOWN_TYPES: ReadonlySet<number> = new Set(Object.values(FrameType));

export interface Frame {
  readonly type: number;
  readonly channel: number;
  /** A view that lasts until the reader reads on. */
  readonly payload: Uint8Array;
}

/** The peer has gone, with its side of the connection closed or without a word. */
export class Disconnected extends Error {
  override readonly name = "Disconnected";
}

/** Cuts what a peer sends into frames. Throws `Disconnected` when it sends no more. */
export class FrameReader {
  readonly #source: { read(into: Uint8Array): Promise<number | null> };
  readonly #buffer = new Uint8Array(2 * FRAME_MAX_BYTES);
  #start = 0;
  #end = 0;

  constructor(source: { read(into: Uint8Array): Promise<number | null> }) {
    this.#source = source;
  }

  /** The eight bytes with which a client begins. */
  async protocolHeader(): Promise<string> {
    while (this.#end < PROTOCOL_HEADER_BYTES) await this.#fill();
    this.#start = PROTOCOL_HEADER_BYTES;
    return String.fromCharCode(...this.#buffer.subarray(0, PROTOCOL_HEADER_BYTES));
  }

  /** The next frame. Throws a `ProtocolError` 501 too. */
  async next(): Promise<Frame> {
    for (;;) {
      const frame = this.#take();
      if (frame !== null) return frame;
      await this.#fill();
    }
  }

  /** Throws away whatever still comes, until the end. */
  async discard(): Promise<never> {
    for (;;) {
      this.#start = this.#end;
      await this.#fill();
    }
  }

  async #fill(): Promise<void> {
    this.#buffer.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
    this.#end += await this.#read(this.#buffer.subarray(this.#end));
  }

  async #read(into: Uint8Array): Promise<number> {
    try {
      const count = await this.#source.read(into);
      if (count !== null) return count;
    } catch (cause) {
      throw new Disconnected("The connection is lost", { cause });
    }
    throw new Disconnected("The peer has closed the connection");
  }

  #take(): Frame | null {
    const available = this.#buffer.subarray(this.#start, this.#end);
    if (available.length < FRAME_HEADER_BYTES) return null;
    const header = new ByteReader(available);
    const type = header.octet();
    const channel = header.short();
    const size = header.long();
    if (!KNOWN_TYPES.has(type)) {
      throw new ProtocolError("FRAME_ERROR", `type ${type}: unknown_frame`);
    }
    const limit = FRAME_MAX_BYTES - FRAME_OVERHEAD_BYTES;
    if (size > limit) {
      throw new ProtocolError("FRAME_ERROR", `type ${type}: {frame_too_large,${size},${limit}}`);
    }
    if (header.remaining < size + 1) return null;
    const payload = header.bytes(size);
    const end = header.octet();
    if (end !== FRAME_END) {
      throw new ProtocolError("FRAME_ERROR", `type ${type}: {invalid_frame_end_marker,${end}}`);
    }
    this.#start += size + FRAME_OVERHEAD_BYTES;
    return { type, channel, payload };
  }
}

/** The bytes of a frame. */
export function encodeFrame(type: number, channel: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(payload.length + FRAME_OVERHEAD_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, type);
  view.setUint16(1, channel);
  view.setUint32(3, payload.length);
  bytes.set(payload, FRAME_HEADER_BYTES);
  bytes[bytes.length - 1] = FRAME_END;
  return bytes;
}

/** The frames of a method with content: method, header, and the body in as many as it takes. */
export function contentFrames(
  channel: number,
  method: Uint8Array,
  { properties, body }: Message,
  frameMaxBytes: number,
): Uint8Array[] {
  const header = new ByteWriter().short(BASIC_CLASS).short(0).longlong(BigInt(body.length));
  const frames = [
    encodeFrame(FrameType.method, channel, method),
    encodeFrame(FrameType.header, channel, writeProperties(header, properties).finish()),
  ];
  const step = frameMaxBytes - FRAME_OVERHEAD_BYTES;
  for (let start = 0; start < body.length; start += step) {
    frames.push(encodeFrame(FrameType.body, channel, body.subarray(start, start + step)));
  }
  return frames;
}
