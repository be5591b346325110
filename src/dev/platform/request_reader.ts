import { Buffer } from "node:buffer";

/** A whole request off the wire. */
export interface WireRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  /** By lower case name; values of the same name joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** `null`: longer than the platform reads (contract 2). */
  readonly body: Uint8Array | null;
  /** Whether the client may send another request on this connection. */
  readonly keepsAlive: boolean;
}

/** Generators here yield `null` where they need more bytes. */
type Reading<T> = Generator<null, T, void>;

// The framework's default, which the platform leaves as it is.
const MAX_BODY_BYTES = 2_097_152;
const MAX_HEAD_BYTES = 65_536;
const NOTHING = Buffer.alloc(0);

/** Reads HTTP/1.1 requests off a stream of bytes, in whatever pieces they come. */
export class RequestReader {
  readonly #requests = this.#read();
  #unread: Buffer = NOTHING;

  /** The requests that are complete with these bytes. Throws a `SyntaxError` at what is no request. */
  *push(bytes: Uint8Array): Generator<WireRequest, void, void> {
    const added = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#unread = this.#unread.length === 0 ? added : Buffer.concat([this.#unread, added]);
    for (;;) {
      const { value } = this.#requests.next();
      if (value === null) return;
      yield value;
    }
  }

  *#read(): Generator<WireRequest | null, never, void> {
    for (;;) {
      const head = readHead(yield* this.#until("\r\n\r\n"));
      yield { ...head, body: yield* this.#body(head.headers) };
    }
  }

  #body(headers: WireRequest["headers"]): Reading<Uint8Array | null> {
    if (headers["transfer-encoding"] === "chunked") return this.#chunkedBody();
    const length = headers["content-length"] ?? "0";
    if (!/^\d+$/.test(length)) throw new SyntaxError(`Bad content length '${length}'`);
    return this.#exactly(Number(length));
  }

  *#chunkedBody(): Reading<Uint8Array | null> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for (;;) {
      const line = yield* this.#until("\r\n");
      if (!/^[0-9a-f]+(;|$)/i.test(line)) throw new SyntaxError(`Bad chunk size '${line}'`);
      const length = parseInt(line, 16);
      const chunk = yield* this.#exactly(length);
      if ((yield* this.#until("\r\n")) !== "") throw new SyntaxError("Bad end of a chunk");
      if (length === 0) return size > MAX_BODY_BYTES ? null : Buffer.concat(chunks);
      size += length;
      if (chunk === null || size > MAX_BODY_BYTES) chunks.length = 0;
      else chunks.push(chunk);
    }
  }

  /** The text before `mark`, and past the mark. */
  *#until(mark: string): Reading<string> {
    for (;;) {
      const end = this.#unread.indexOf(mark, 0, "latin1");
      if (end > MAX_HEAD_BYTES || (end === -1 && this.#unread.length > MAX_HEAD_BYTES)) {
        throw new SyntaxError(`No end of a line or head within ${MAX_HEAD_BYTES} bytes`);
      }
      if (end !== -1) return this.#take(end + mark.length).toString("latin1", 0, end);
      yield null;
    }
  }

  /** So many bytes, or `null` where they are more than is read; then they are thrown away. */
  *#exactly(length: number): Reading<Uint8Array | null> {
    if (length <= MAX_BODY_BYTES) {
      while (this.#unread.length < length) yield null;
      return this.#take(length);
    }
    let left = length;
    for (;;) {
      left -= this.#take(Math.min(left, this.#unread.length)).length;
      if (left === 0) return null;
      yield null;
    }
  }

  #take(length: number): Buffer {
    const taken = this.#unread.subarray(0, length);
    this.#unread = this.#unread.subarray(length);
    return taken;
  }
}

function readHead(text: string): Omit<WireRequest, "body"> {
  const [requestLine = "", ...lines] = text.split("\r\n");
  const [method = "", target = "", version = "", ...rest] = requestLine.split(" ");
  if (!/^HTTP\/1\.[01]$/.test(version) || rest.length > 0 || !target.startsWith("/")) {
    throw new SyntaxError(`Bad request line '${requestLine}'`);
  }
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon < 1) throw new SyntaxError(`Bad header '${line}'`);
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  const connection = headers["connection"]?.toLowerCase();
  const keepsAlive = version === "HTTP/1.1" ? connection !== "close" : connection === "keep-alive";
  return { method, target, headers, keepsAlive };
}
