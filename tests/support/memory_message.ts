import { Buffer } from "node:buffer";
import type { Message, PublishOptions, QueueOptions } from "../../src/broker/channel.ts";
import { ByteReader } from "../../src/dev/amqp/bytes.ts";
import type { FieldTable, FieldValue } from "../../src/dev/amqp/field_table.ts";
import type { Message as Stored } from "../../src/dev/amqp/message.ts";
import { type BasicProperties, readProperties } from "../../src/dev/amqp/properties.ts";

const NONE: BasicProperties = readProperties(new ByteReader(new Uint8Array(2)));

/** What stands beside a message in the broker, as amqplib fills it in. */
export function propertiesOf(options: PublishOptions): BasicProperties {
  const { persistent, contentType, messageId, correlationId, timestamp, headers = {} } = options;
  return {
    ...NONE,
    headers: tableOf(headers),
    deliveryMode: persistent === undefined ? undefined : persistent ? 2 : 1,
    contentType,
    messageId,
    correlationId,
    timestamp: timestamp === undefined ? undefined : BigInt(timestamp),
  };
}

/** A message of the broker as its client sees it. */
export function messageFrom(
  { tag, message: { properties, body } }: { readonly tag: number; readonly message: Stored },
): Message {
  const { headers, correlationId, timestamp } = properties;
  return {
    content: Buffer.from(body),
    fields: { deliveryTag: tag },
    properties: {
      headers,
      correlationId,
      timestamp: timestamp === undefined ? undefined : Number(timestamp),
    },
  };
}

/** The arguments that the options of a queue come to. */
export function argumentsOf({ maxLength, arguments: others = {} }: QueueOptions): FieldTable {
  return tableOf({ ...others, ...(maxLength === undefined ? {} : { "x-max-length": maxLength }) });
}

function tableOf(values: Readonly<Record<string, unknown>>): FieldTable {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, field(value)]));
}

function field(value: unknown): FieldValue {
  if (value === null) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return value;
  }
  throw new TypeError(`Cannot send ${typeof value} to a broker in memory`);
}
