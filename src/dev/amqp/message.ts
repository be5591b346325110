import type { BasicProperties } from "./properties.ts";

/** A message as it was published. */
export interface Message {
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: BasicProperties;
  readonly body: Uint8Array;
}
