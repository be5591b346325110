import { type ConnectionMethod, readConnectionMethod } from "./client_methods.ts";
import type { FieldTable } from "./field_table.ts";
import { FRAME_MAX_BYTES, type FrameReader, FrameType } from "./frames.ts";
import { ProtocolError } from "./protocol_error.ts";
import { serverMethod } from "./server_methods.ts";

const CHANNEL_MAX = 2047;
/** The least that the specification lets a frame be. */
const FRAME_MIN_BYTES = 4096;
const HEARTBEAT_SECONDS = 60;

const SERVER_PROPERTIES: FieldTable = {
  product: "Attune sandbox broker",
  information: "A stand-in for RabbitMQ, in memory only",
  capabilities: {
    publisher_confirms: true,
    "basic.nack": true,
    consumer_cancel_notify: true,
    authentication_failure_close: true,
  },
};

/** What client and broker agreed on. */
export interface Tuning {
  readonly frameMaxBytes: number;
  /** 0: none. */
  readonly heartbeatSeconds: number;
}

/**
 * Opens a connection once the protocol header is read (section 2.2.4): for any user with any password, on
 * virtual host `/`. Throws a `ProtocolError`.
 */
export async function handshake(
  frames: FrameReader,
  send: (method: Uint8Array) => void,
): Promise<Tuning> {
  send(serverMethod.connectionStart(SERVER_PROPERTIES));
  const { mechanism } = await expect(frames, "connection.start-ok");
  if (mechanism !== "PLAIN") {
    throw new ProtocolError("ACCESS_REFUSED", `mechanism '${mechanism}', only PLAIN is offered`);
  }
  send(serverMethod.connectionTune(CHANNEL_MAX, FRAME_MAX_BYTES, HEARTBEAT_SECONDS));
  const tuned = await expect(frames, "connection.tune-ok");
  const frameMaxBytes = frameLimit(tuned.frameMaxBytes);
  const { virtualHost } = await expect(frames, "connection.open");
  if (virtualHost !== "/") throw new ProtocolError("NOT_ALLOWED", `vhost ${virtualHost} not found`);
  send(serverMethod.connectionOpenOk());
  return { frameMaxBytes, heartbeatSeconds: tuned.heartbeatSeconds };
}

async function expect<Name extends ConnectionMethod["name"]>(
  frames: FrameReader,
  name: Name,
): Promise<Extract<ConnectionMethod, { name: Name }>> {
  const frame = await frames.next();
  if (frame.type === FrameType.method && frame.channel === 0) {
    const method = readConnectionMethod(frame.payload);
    if (isNamed(method, name)) return method;
  }
  throw new ProtocolError("COMMAND_INVALID", `expected '${name}'`);
}

function isNamed<Name extends ConnectionMethod["name"]>(
  method: ConnectionMethod,
  name: Name,
): method is Extract<ConnectionMethod, { name: Name }> {
  return method.name === name;
}

function frameLimit(wantedBytes: number): number {
  if (wantedBytes === 0) return FRAME_MAX_BYTES;
  if (wantedBytes < FRAME_MIN_BYTES || wantedBytes > FRAME_MAX_BYTES) {
    throw new ProtocolError(
      "NOT_ALLOWED",
      `negotiated frame_max = ${wantedBytes}, allowed: ${FRAME_MIN_BYTES} to ${FRAME_MAX_BYTES}`,
    );
  }
  return wantedBytes;
}
