import { ByteReader, ByteWriter } from "../../../src/dev/amqp/bytes.ts";
import { writeTable } from "../../../src/dev/amqp/field_table.ts";
import { encodeFrame, type Frame, FrameReader, FrameType } from "../../../src/dev/amqp/frames.ts";

const PROTOCOL_HEADER = "AMQP\0\0\x09\x01";

/** What the handshake says, where a test does not want it otherwise. */
export interface Opening {
  readonly mechanism?: string;
  readonly frameMaxBytes?: number;
  readonly heartbeatSeconds?: number;
  readonly virtualHost?: string;
}

/** A client that says whatever it is told to, byte by byte. */
export class RawClient implements Disposable {
  readonly #socket: Deno.TcpConn;
  readonly #frames: FrameReader;

  constructor(socket: Deno.TcpConn) {
    socket.setNoDelay();
    this.#socket = socket;
    this.#frames = new FrameReader(socket);
  }

  /** Connects to a broker and says nothing yet. */
  static async connect(url: string): Promise<RawClient> {
    const { hostname, port } = new URL(url);
    return new RawClient(await Deno.connect({ hostname, port: Number(port) }));
  }

  /** Connects to a broker, opens the connection and channel 1. */
  static async open(url: string): Promise<RawClient> {
    const client = await RawClient.connect(url);
    await client.handshake();
    await client.method(1, 20, 10, (writer) => writer.shortstr(""));
    await client.expect(20, 11);
    return client;
  }

  /** Opens the connection, up to the answer to the last that was said. */
  async handshake(opening: Opening = {}): Promise<void> {
    await this.bytes(PROTOCOL_HEADER);
    await this.expect(10, 10);
    await this.method(0, 10, 11, (writer) => {
      writeTable(writer, {}).shortstr(opening.mechanism ?? "PLAIN");
      return writer.longstr("\0guest\0guest").shortstr("en_US");
    });
    if (opening.mechanism !== undefined) return;
    await this.expect(10, 30);
    await this.method(0, 10, 31, (writer) => {
      const { frameMaxBytes = 131_072, heartbeatSeconds = 0 } = opening;
      return writer.short(2047).long(frameMaxBytes).short(heartbeatSeconds);
    });
    await this.method(0, 10, 40, (writer) => {
      return writer.shortstr(opening.virtualHost ?? "/").shortstr("").octet(0);
    });
    const isRefused = opening.frameMaxBytes !== undefined || opening.virtualHost !== undefined;
    if (!isRefused) await this.expect(10, 41);
  }

  /** Sends bytes as they are; of a text, one byte a character. */
  async bytes(content: string | Uint8Array): Promise<void> {
    const bytes = typeof content === "string"
      ? Uint8Array.from(content, (character) => character.charCodeAt(0))
      : content;
    for (let sent = 0; sent < bytes.length;) sent += await this.#socket.write(bytes.subarray(sent));
  }

  /** Sends a frame. */
  async frame(type: number, channel: number, payload: Uint8Array): Promise<void> {
    await this.bytes(encodeFrame(type, channel, payload));
  }

  /** Sends a method. */
  async method(
    channel: number,
    classId: number,
    methodId: number,
    args: (writer: ByteWriter) => ByteWriter = (writer) => writer,
  ): Promise<void> {
    const payload = args(new ByteWriter().short(classId).short(methodId)).finish();
    await this.frame(FrameType.method, channel, payload);
  }

  /** Begins to publish to queue `q` on channel 1; the header and the body are still to come. */
  async publish(): Promise<void> {
    await this.method(1, 60, 40, (it) => it.short(0).shortstr("").shortstr("q").octet(0));
  }

  /** Sends a content header on channel 1, without properties whatever the flags say. */
  async header(size: bigint, { classId = 60, flags = 0 } = {}): Promise<void> {
    const header = new ByteWriter().short(classId).short(0).longlong(size).short(flags);
    await this.frame(FrameType.header, 1, header.finish());
  }

  /** The next frame. Throws a `Disconnected` when the broker has closed the connection. */
  next(): Promise<Frame> {
    return this.#frames.next();
  }

  /** Reads the next frame, which has to carry this method. */
  async expect(classId: number, methodId: number): Promise<void> {
    const reader = new ByteReader((await this.next()).payload);
    const said = `${reader.short()}.${reader.short()}`;
    if (said !== `${classId}.${methodId}`) throw new Error(`The broker said ${said}`);
  }

  /** Reads the next frame, which has to close the connection; with which code and text. */
  async closeReason(): Promise<string> {
    const reader = new ByteReader((await this.next()).payload);
    const [classId, methodId] = [reader.short(), reader.short()];
    if (classId !== 10 || methodId !== 50) {
      throw new Error(`The broker said ${classId}.${methodId}`);
    }
    return `${reader.short()} ${reader.shortstr()}`;
  }

  /** Reads to the end of the connection. */
  async all(): Promise<Uint8Array> {
    const parts: number[] = [];
    const buffer = new Uint8Array(4096);
    for (let count; (count = await this.#socket.read(buffer)) !== null;) {
      parts.push(...buffer.subarray(0, count));
    }
    return Uint8Array.from(parts);
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}
