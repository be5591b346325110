import { type ByteReader, ByteWriter } from "./bytes.ts";
import { type FieldTable, readTable, writeTable } from "./field_table.ts";

/** The properties of a message (class `basic` of AMQP 0-9-1), passed on as they came. */
export interface BasicProperties {
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly headers: FieldTable | undefined;
  readonly deliveryMode: number | undefined;
  readonly priority: number | undefined;
  readonly correlationId: string | undefined;
  readonly replyTo: string | undefined;
  /** Milliseconds, as decimal digits. */
  readonly expiration: string | undefined;
  readonly messageId: string | undefined;
  /** Seconds since the Unix epoch, by convention. */
  readonly timestamp: bigint | undefined;
  readonly type: string | undefined;
  readonly userId: string | undefined;
  readonly appId: string | undefined;
  readonly clusterId: string | undefined;
}

/** Reads property flags and the properties they announce (section 4.2.6.1). */
export function readProperties(reader: ByteReader): BasicProperties {
  const flags = reader.short();
  const given = <T>(bit: number, read: () => T) => (flags & (1 << bit)) === 0 ? undefined : read();
  const text = () => reader.shortstr();
  const octet = () => reader.octet();
  return {
    contentType: given(15, text),
    contentEncoding: given(14, text),
    headers: given(13, () => readTable(reader)),
    deliveryMode: given(12, octet),
    priority: given(11, octet),
    correlationId: given(10, text),
    replyTo: given(9, text),
    expiration: given(8, text),
    messageId: given(7, text),
    timestamp: given(6, () => reader.longlong()),
    type: given(5, text),
    userId: given(4, text),
    appId: given(3, text),
    clusterId: given(2, text),
  };
}

/** Writes property flags and the properties that are there. */
export function writeProperties(writer: ByteWriter, properties: BasicProperties): ByteWriter {
  const body = new ByteWriter();
  let flags = 0;
  function put<T>(bit: number, value: T | undefined, write: (value: T) => void) {
    if (value === undefined) return;
    flags |= 1 << bit;
    write(value);
  }
  const text = (value: string) => void body.shortstr(value);
  const octet = (value: number) => void body.octet(value);
  put(15, properties.contentType, text);
  put(14, properties.contentEncoding, text);
  put(13, properties.headers, (table) => void writeTable(body, table));
  put(12, properties.deliveryMode, octet);
  put(11, properties.priority, octet);
  put(10, properties.correlationId, text);
  put(9, properties.replyTo, text);
  put(8, properties.expiration, text);
  put(7, properties.messageId, text);
  put(6, properties.timestamp, (value) => void body.longlong(value));
  put(5, properties.type, text);
  put(4, properties.userId, text);
  put(3, properties.appId, text);
  put(2, properties.clusterId, text);
  return writer.short(flags).bytes(body.finish());
}
