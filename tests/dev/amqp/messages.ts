import { ByteReader } from "../../../src/dev/amqp/bytes.ts";
import type { FieldTable } from "../../../src/dev/amqp/field_table.ts";
import type { Message } from "../../../src/dev/amqp/message.ts";
import { type BasicProperties, readProperties } from "../../../src/dev/amqp/properties.ts";

const NO_PROPERTIES: BasicProperties = readProperties(new ByteReader(new Uint8Array(2)));

/** A message with a text for its body. */
export function messageOf(
  text: string,
  address: { exchange?: string; routingKey?: string; headers?: FieldTable } = {},
): Message {
  const { exchange = "", routingKey = "", headers } = address;
  return {
    exchange,
    routingKey,
    properties: { ...NO_PROPERTIES, headers },
    body: new TextEncoder().encode(text),
  };
}

/** The body of a message. */
export function textOf({ body }: Message): string {
  return new TextDecoder().decode(body);
}
