import { ByteWriter } from "./bytes.ts";
import type { MethodId } from "./client_methods.ts";
import { type FieldTable, writeTable } from "./field_table.ts";

/** What every method with content that the broker sends says of its message. */
interface Envelope {
  readonly exchange: string;
  readonly routingKey: string;
}

/** Of a message that is handed out. */
interface DeliveryEnvelope extends Envelope {
  readonly deliveryTag: bigint;
  readonly redelivered: boolean;
}

/** Why a channel or connection is closed, and over which method; 0.0 where over none. */
export interface CloseReason {
  readonly code: number;
  readonly text: string;
  readonly cause: MethodId;
}

/** What the broker says, as payloads of method frames (AMQP 0-9-1 reference, section 1). */
export const serverMethod = {
  connectionStart: (properties: FieldTable) =>
    writeTable(method(10, 10).octet(0).octet(9), properties).longstr("PLAIN").longstr("en_US")
      .finish(),
  connectionTune: (channelMax: number, frameMaxBytes: number, heartbeatSeconds: number) =>
    method(10, 30).short(channelMax).long(frameMaxBytes).short(heartbeatSeconds).finish(),
  connectionOpenOk: () => method(10, 41).shortstr("").finish(),
  connectionClose: (reason: CloseReason) => close(10, 50, reason),
  connectionCloseOk: () => method(10, 51).finish(),
  channelOpenOk: () => method(20, 11).longstr("").finish(),
  channelClose: (reason: CloseReason) => close(20, 40, reason),
  channelCloseOk: () => method(20, 41).finish(),
  exchangeDeclareOk: () => method(40, 11).finish(),
  exchangeDeleteOk: () => method(40, 21).finish(),
  queueDeclareOk: (queue: string, messages: number, consumers: number) =>
    method(50, 11).shortstr(queue).long(messages).long(consumers).finish(),
  queueBindOk: () => method(50, 21).finish(),
  queuePurgeOk: (messages: number) => method(50, 31).long(messages).finish(),
  queueDeleteOk: (messages: number) => method(50, 41).long(messages).finish(),
  queueUnbindOk: () => method(50, 51).finish(),
  basicQosOk: () => method(60, 11).finish(),
  basicConsumeOk: (consumerTag: string) => method(60, 21).shortstr(consumerTag).finish(),
  basicCancel: (consumerTag: string) => method(60, 30).shortstr(consumerTag).octet(1).finish(),
  basicCancelOk: (consumerTag: string) => method(60, 31).shortstr(consumerTag).finish(),
  basicReturn: (code: number, text: string, { exchange, routingKey }: Envelope) =>
    method(60, 50).short(code).shortstr(text).shortstr(exchange).shortstr(routingKey).finish(),
  basicDeliver: (consumerTag: string, delivery: DeliveryEnvelope) =>
    handedOut(method(60, 60).shortstr(consumerTag), delivery).finish(),
  basicGetOk: (delivery: DeliveryEnvelope, messagesLeft: number) =>
    handedOut(method(60, 71), delivery).long(messagesLeft).finish(),
  basicGetEmpty: () => method(60, 72).shortstr("").finish(),
  basicAck: (deliveryTag: bigint) => method(60, 80).longlong(deliveryTag).octet(0).finish(),
  basicNack: (deliveryTag: bigint) => method(60, 120).longlong(deliveryTag).octet(0).finish(),
  confirmSelectOk: () => method(85, 11).finish(),
} as const;

function method(classId: number, methodId: number): ByteWriter {
  return new ByteWriter().short(classId).short(methodId);
}

function close(classId: number, methodId: number, { code, text, cause }: CloseReason): Uint8Array {
  return method(classId, methodId).short(code).shortstr(text)
    .short(cause.classId).short(cause.methodId).finish();
}

function handedOut(writer: ByteWriter, delivery: DeliveryEnvelope): ByteWriter {
  return writer.longlong(delivery.deliveryTag).octet(delivery.redelivered ? 1 : 0)
    .shortstr(delivery.exchange).shortstr(delivery.routingKey);
}
