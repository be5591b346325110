import { ByteReader } from "./bytes.ts";
import { readTable } from "./field_table.ts";
import { ProtocolError } from "./protocol_error.ts";

/** Which method a frame carries. */
export interface MethodId {
  readonly classId: number;
  readonly methodId: number;
}

/** A method of class `connection`, which belongs on channel 0. */
export type ConnectionMethod = ReturnType<(typeof CONNECTION_METHODS)[number]>;

/** A method within a channel; with `noWait` it wants no answer. */
export type ChannelMethod = ReturnType<(typeof CHANNEL_METHODS)[number]>;

// Each reads its arguments in the order of the wire (AMQP 0-9-1 reference, section 1); a lone `r.short()`
// or `r.shortstr()` steps over a reserved one.
const CONNECTION_METHODS = {
  [key(10, 11)]: (r: ByteReader) => ({
    name: "connection.start-ok" as const,
    clientProperties: readTable(r),
    mechanism: r.shortstr(),
    response: r.longstr(),
    locale: r.shortstr(),
  }),
  [key(10, 31)]: (r: ByteReader) => ({
    name: "connection.tune-ok" as const,
    channelMax: r.short(),
    frameMaxBytes: r.long(),
    heartbeatSeconds: r.short(),
  }),
  [key(10, 40)]: (r: ByteReader) => ({
    name: "connection.open" as const,
    virtualHost: r.shortstr(),
  }),
  [key(10, 50)]: () => ({ name: "connection.close" as const }),
};

const CHANNEL_METHODS = {
  [key(40, 10)]: (r: ByteReader) => {
    r.short();
    const exchange = r.shortstr();
    const type = r.shortstr();
    const [passive, durable, autoDelete, internal, noWait] = r.bits();
    const flags = { passive, durable, autoDelete, internal, noWait };
    return { name: "exchange.declare" as const, exchange, type, ...flags, args: readTable(r) };
  },
  [key(40, 20)]: (r: ByteReader) => {
    r.short();
    const exchange = r.shortstr();
    const [ifUnused, noWait] = r.bits();
    return { name: "exchange.delete" as const, exchange, ifUnused, noWait };
  },
  [key(50, 10)]: (r: ByteReader) => {
    r.short();
    const queue = r.shortstr();
    const [passive, durable, exclusive, autoDelete, noWait] = r.bits();
    const flags = { passive, durable, exclusive, autoDelete, noWait };
    return { name: "queue.declare" as const, queue, ...flags, args: readTable(r) };
  },
  [key(50, 20)]: (r: ByteReader) => {
    r.short();
    const binding = { queue: r.shortstr(), exchange: r.shortstr(), routingKey: r.shortstr() };
    const [noWait] = r.bits();
    return { name: "queue.bind" as const, ...binding, noWait };
  },
  [key(50, 30)]: (r: ByteReader) => {
    r.short();
    const queue = r.shortstr();
    const [noWait] = r.bits();
    return { name: "queue.purge" as const, queue, noWait };
  },
  [key(50, 40)]: (r: ByteReader) => {
    r.short();
    const queue = r.shortstr();
    const [ifUnused, ifEmpty, noWait] = r.bits();
    return { name: "queue.delete" as const, queue, ifUnused, ifEmpty, noWait };
  },
  [key(50, 50)]: (r: ByteReader) => {
    r.short();
    const binding = { queue: r.shortstr(), exchange: r.shortstr(), routingKey: r.shortstr() };
    return { name: "queue.unbind" as const, ...binding, noWait: false };
  },
  [key(60, 10)]: (r: ByteReader) => {
    const limits = { sizeBytes: r.long(), count: r.short() };
    const [global] = r.bits();
    return { name: "basic.qos" as const, ...limits, global };
  },
  [key(60, 20)]: (r: ByteReader) => {
    r.short();
    const names = { queue: r.shortstr(), consumerTag: r.shortstr() };
    const [, noAck, exclusive, noWait] = r.bits();
    return { name: "basic.consume" as const, ...names, noAck, exclusive, noWait };
  },
  [key(60, 30)]: (r: ByteReader) => {
    const consumerTag = r.shortstr();
    const [noWait] = r.bits();
    return { name: "basic.cancel" as const, consumerTag, noWait };
  },
  // A client's answer to a cancellation by the broker.
  [key(60, 31)]: () => ({ name: "basic.cancel-ok" as const }),
  [key(60, 40)]: (r: ByteReader) => {
    r.short();
    const address = { exchange: r.shortstr(), routingKey: r.shortstr() };
    const [mandatory, immediate] = r.bits();
    return { name: "basic.publish" as const, ...address, mandatory, immediate };
  },
  [key(60, 70)]: (r: ByteReader) => {
    r.short();
    const queue = r.shortstr();
    const [noAck] = r.bits();
    return { name: "basic.get" as const, queue, noAck };
  },
  [key(60, 80)]: (r: ByteReader) => {
    const deliveryTag = r.longlong();
    const [multiple] = r.bits();
    return { name: "basic.ack" as const, deliveryTag, multiple };
  },
  [key(60, 90)]: (r: ByteReader) => {
    const deliveryTag = r.longlong();
    const [requeue] = r.bits();
    return { name: "basic.reject" as const, deliveryTag, requeue };
  },
  [key(60, 120)]: (r: ByteReader) => {
    const deliveryTag = r.longlong();
    const [multiple, requeue] = r.bits();
    return { name: "basic.nack" as const, deliveryTag, multiple, requeue };
  },
  [key(85, 10)]: (r: ByteReader) => {
    const [noWait] = r.bits();
    return { name: "confirm.select" as const, noWait };
  },
};

/** Which method a method frame's payload carries. */
export function methodIdOf(payload: Uint8Array): MethodId {
  const reader = new ByteReader(payload);
  return { classId: reader.short(), methodId: reader.short() };
}

/** Reads a method of channel 0. Throws a `ProtocolError` 540 for one that is not known here. */
export function readConnectionMethod(payload: Uint8Array): ConnectionMethod {
  return decode<ConnectionMethod>(CONNECTION_METHODS, payload);
}

/** Reads a method within a channel. Throws a `ProtocolError` 540 for one that is not known here. */
export function readChannelMethod(payload: Uint8Array): ChannelMethod {
  return decode<ChannelMethod>(CHANNEL_METHODS, payload);
}

function decode<T>(methods: Record<number, (r: ByteReader) => T>, payload: Uint8Array): T {
  const reader = new ByteReader(payload);
  const classId = reader.short();
  const methodId = reader.short();
  const read = methods[key(classId, methodId)];
  if (read === undefined) {
    throw new ProtocolError(
      "NOT_IMPLEMENTED",
      `method ${classId}.${methodId} of this broker double`,
    );
  }
  return read(reader);
}

function key(classId: number, methodId: number): number {
  return classId << 16 | methodId;
}
