import { ByteReader } from "./bytes.ts";
import { type Frame, FrameType } from "./frames.ts";
import { type BasicProperties, readProperties } from "./properties.ts";
import { ProtocolError } from "./protocol_error.ts";

/** RabbitMQ's limit. */
const MESSAGE_MAX_BYTES = 134_217_728;
const BASIC_CLASS = 60;

/** What follows a method with content. */
export interface Content {
  readonly properties: BasicProperties;
  readonly body: Uint8Array;
}

/** Puts the frames after a `basic.publish` together (section 4.2.6). */
export class ContentAssembly {
  #properties: BasicProperties | null = null;
  #expectedBytes = 0;
  readonly #parts: Uint8Array[] = [];
  #receivedBytes = 0;

  /** Takes the next frame; the content once it is all there. Throws a `ProtocolError`: 505, 406. */
  add(frame: Frame): Content | null {
    if (this.#properties === null) this.#readHeader(frame);
    else this.#readBody(frame);
    if (this.#properties === null || this.#receivedBytes < this.#expectedBytes) return null;
    return { properties: this.#properties, body: this.#join() };
  }

  #readHeader({ type, payload }: Frame): void {
    if (type !== FrameType.header) throw unexpected("content header", "non content header frame");
    const reader = new ByteReader(payload);
    const classId = reader.short();
    if (classId !== BASIC_CLASS) throw unexpected("content header", `one for class ${classId}`);
    reader.short();
    const size = reader.longlong();
    if (size > MESSAGE_MAX_BYTES) {
      throw new ProtocolError(
        "PRECONDITION_FAILED",
        `message size ${size} is larger than configured max size ${MESSAGE_MAX_BYTES}`,
      );
    }
    this.#expectedBytes = Number(size);
    this.#properties = readProperties(reader);
  }

  #readBody({ type, payload }: Frame): void {
    if (type !== FrameType.body) throw unexpected("content body", "non content body frame");
    this.#receivedBytes += payload.length;
    if (this.#receivedBytes > this.#expectedBytes) throw unexpected("content body", "a longer one");
    this.#parts.push(payload.slice());
  }

  #join(): Uint8Array {
    const [only] = this.#parts;
    if (only !== undefined && this.#parts.length === 1) return only;
    const body = new Uint8Array(this.#receivedBytes);
    let offset = 0;
    for (const part of this.#parts) {
      body.set(part, offset);
      offset += part.length;
    }
    return body;
  }
}

function unexpected(what: string, got: string): ProtocolError {
  return new ProtocolError(
    "UNEXPECTED_FRAME",
    `expected ${what} for class ${BASIC_CLASS}, got ${got} instead`,
  );
}
