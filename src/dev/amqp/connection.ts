import type { Clock } from "../../ground/clock.ts";
import { Channel, type Send } from "./channel.ts";
import { type MethodId, methodIdOf, readConnectionMethod } from "./client_methods.ts";
import { FrameWriter } from "./frame_writer.ts";
import {
  contentFrames,
  Disconnected,
  encodeFrame,
  type Frame,
  FrameReader,
  FrameType,
} from "./frames.ts";
import { handshake } from "./handshake.ts";
import { Heartbeat } from "./heartbeat.ts";
import { ProtocolError } from "./protocol_error.ts";
import { type CloseReason, serverMethod } from "./server_methods.ts";
import type { VirtualHost } from "./virtual_host.ts";

const PROTOCOL_HEADER = "AMQP\0\0\x09\x01";
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** How long a client has to agree to a close, or to take what is left for it. */
const CLOSE_TIMEOUT_MS = 1000;

const CHANNEL_CLASS = 20;
const ChannelMethodId = { open: 10, close: 40, closeOk: 41 } as const;
// What a frame that carries no method belongs to.
const BASIC_PUBLISH: MethodId = { classId: 60, methodId: 40 };

/** One client's connection. */
export class Connection {
  readonly #socket: Deno.TcpConn;
  readonly #host: VirtualHost;
  readonly #clock: Clock;
  readonly #owner = Symbol("connection");
  readonly #reader: FrameReader;
  readonly #writer: FrameWriter;
  /** `null`: closed by us, and the client has yet to agree. */
  readonly #channels = new Map<number, Channel | null>();
  #frameMaxBytes = 0;
  /** The method that the client is being answered for. */
  #current: MethodId = { classId: 0, methodId: 0 };
  #isClosing = false;
  #deadline: Disposable;

  constructor(socket: Deno.TcpConn, host: VirtualHost, clock: Clock) {
    this.#socket = socket;
    this.#host = host;
    this.#clock = clock;
    this.#reader = new FrameReader(socket);
    this.#writer = new FrameWriter(socket);
    this.#deadline = this.#hangUpAfter(HANDSHAKE_TIMEOUT_MS);
  }

  /** Serves the client until it goes. Never rejects. */
  async run(): Promise<void> {
    try {
      await this.#converse();
    } catch (error) {
      if (!(error instanceof Disconnected)) await this.#refuse(error);
    } finally {
      this.#release();
      this.#deadline[Symbol.dispose]();
      using _ = this.#hangUpAfter(CLOSE_TIMEOUT_MS);
      await this.#writer.drained();
      this.#hangUp();
    }
  }

  /** Asks the client to go; `run` ends once it has, or after a second. */
  close(): void {
    const text = "broker forced connection closure with reason 'shutdown'";
    this.#closeBecause(new ProtocolError("CONNECTION_FORCED", text));
  }

  async #converse(): Promise<void> {
    if (await this.#reader.protocolHeader() !== PROTOCOL_HEADER) {
      this.#writer.send(new TextEncoder().encode(PROTOCOL_HEADER));
      return;
    }
    const tuning = await handshake(this.#reader, (method) => this.#send(0, method));
    this.#frameMaxBytes = tuning.frameMaxBytes;
    this.#deadline[Symbol.dispose]();
    using heartbeat = tuning.heartbeatSeconds === 0 ? null : this.#heartbeat(tuning);
    for (;;) {
      const frame = await this.#reader.next();
      heartbeat?.heard();
      if (this.#isClosing || frame.type === FrameType.heartbeat) continue;
      if (frame.channel !== 0) this.#acceptOnChannel(frame);
      else if (this.#isFarewell(frame)) return this.#send(0, serverMethod.connectionCloseOk());
    }
  }

  #heartbeat({ heartbeatSeconds }: { heartbeatSeconds: number }): Heartbeat {
    return new Heartbeat(this.#clock, heartbeatSeconds, {
      beat: () => this.#writer.send(encodeFrame(FrameType.heartbeat, 0, new Uint8Array())),
      dead: () => this.#hangUp(),
    });
  }

  // All that a client may say on channel 0 once the connection is open is that it goes.
  #isFarewell({ type, payload }: Frame): boolean {
    if (type === FrameType.method) {
      this.#current = methodIdOf(payload);
      if (readConnectionMethod(payload).name === "connection.close") return true;
    }
    throw new ProtocolError("COMMAND_INVALID", "expected 'connection.close' on channel 0");
  }

  #acceptOnChannel(frame: Frame): void {
    const id = frame.channel;
    this.#current = frame.type === FrameType.method ? methodIdOf(frame.payload) : BASIC_PUBLISH;
    try {
      if (this.#current.classId === CHANNEL_CLASS) this.#openOrClose(id, this.#current.methodId);
      else this.#channel(id)?.accept(frame);
    } catch (error) {
      if (!(error instanceof ProtocolError) || !error.isSoft) throw error;
      this.#closeChannel(id, error);
    }
  }

  // `null`: it is being closed, and whatever the client still says on it is not heard.
  #channel(id: number): Channel | null {
    const channel = this.#channels.get(id);
    if (channel === undefined) throw new ProtocolError("CHANNEL_ERROR", "expected 'channel.open'");
    return channel;
  }

  #openOrClose(id: number, methodId: number): void {
    switch (methodId) {
      case ChannelMethodId.open:
        if (this.#channels.has(id)) {
          throw new ProtocolError("CHANNEL_ERROR", "second 'channel.open' seen");
        }
        this.#channels.set(id, new Channel(this.#host, this.#owner, this.#sender(id)));
        return this.#send(id, serverMethod.channelOpenOk());
      case ChannelMethodId.close:
        this.#channels.get(id)?.[Symbol.dispose]();
        this.#channels.delete(id);
        return this.#send(id, serverMethod.channelCloseOk());
      case ChannelMethodId.closeOk:
        if (this.#channel(id) === null) this.#channels.delete(id);
        return;
      default:
        throw new ProtocolError("NOT_IMPLEMENTED", `channel method ${methodId}`);
    }
  }

  #closeChannel(id: number, error: ProtocolError): void {
    this.#channels.get(id)?.[Symbol.dispose]();
    this.#channels.set(id, null);
    this.#send(id, serverMethod.channelClose(this.#reason(error)));
  }

  async #refuse(error: unknown): Promise<void> {
    this.#closeBecause(error instanceof ProtocolError ? error : internalError(error));
    try {
      await this.#reader.discard();
    } catch {
      // The client has gone, or its time is over: what was wanted.
    }
  }

  #closeBecause(error: ProtocolError): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#release();
    this.#send(0, serverMethod.connectionClose(this.#reason(error)));
    this.#deadline[Symbol.dispose]();
    this.#deadline = this.#hangUpAfter(CLOSE_TIMEOUT_MS);
  }

  #reason({ code, message }: ProtocolError): CloseReason {
    return { code, text: message, cause: this.#current };
  }

  #release(): void {
    for (const channel of this.#channels.values()) channel?.[Symbol.dispose]();
    this.#channels.clear();
    this.#host.ownerLeft(this.#owner);
  }

  #send(channel: number, method: Uint8Array): void {
    this.#writer.send(encodeFrame(FrameType.method, channel, method));
  }

  #sender(channel: number): Send {
    return (method, message) => {
      if (message === undefined) return this.#send(channel, method);
      const frames = contentFrames(channel, method, message, this.#frameMaxBytes);
      for (const frame of frames) this.#writer.send(frame);
    };
  }

  #hangUpAfter(delayMs: number): Disposable {
    return this.#clock.alarm(delayMs, () => this.#hangUp());
  }

  #hangUp(): void {
    try {
      this.#socket.close();
    } catch {
      // Closed already.
    }
  }
}

function internalError(cause: unknown): ProtocolError {
  return new ProtocolError("INTERNAL_ERROR", cause instanceof Error ? cause.message : `${cause}`);
}
