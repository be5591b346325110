import type { Channel } from "amqplib";

/** What a broker refuses, and how. */
export interface Refusal {
  readonly of: string;
  readonly asked: (channel: Channel) => Promise<unknown>;
  readonly code: number;
  readonly message: string;
}

const LOCKED =
  "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'q' in vhost '/'. " +
  "It could be originally declared on another connection or the exclusive property value does not " +
  "match that of the original declaration.";

/**
 * As RabbitMQ 3.10 words them, which an integration test proves. In place has to be what
 * {@link prepare} makes.
 */
export const REFUSALS: readonly Refusal[] = [
  {
    of: "a queue that is not there",
    asked: (channel) => channel.checkQueue("nope"),
    code: 404,
    message: "NOT_FOUND - no queue 'nope' in vhost '/'",
  },
  {
    of: "an exchange that is not there",
    asked: (channel) => channel.checkExchange("nope"),
    code: 404,
    message: "NOT_FOUND - no exchange 'nope' in vhost '/'",
  },
  {
    of: "consuming from a queue that is not there",
    asked: (channel) => channel.consume("nope", () => {}),
    code: 404,
    message: "NOT_FOUND - no queue 'nope' in vhost '/'",
  },
  {
    of: "binding to an exchange that is not there",
    asked: (channel) => channel.bindQueue("q", "nope", "k"),
    code: 404,
    message: "NOT_FOUND - no exchange 'nope' in vhost '/'",
  },
  {
    of: "binding the last declared queue where none was declared",
    asked: (channel) => channel.bindQueue("", "e", "k"),
    code: 404,
    message: "NOT_FOUND - no previously declared queue",
  },
  {
    of: "binding to the default exchange",
    asked: (channel) => channel.bindQueue("q", "", "k"),
    code: 403,
    message: "ACCESS_REFUSED - operation not permitted on the default exchange",
  },
  {
    of: "a queue under a reserved name",
    asked: (channel) => channel.assertQueue("amq.q"),
    code: 403,
    message: "ACCESS_REFUSED - queue name 'amq.q' contains reserved prefix 'amq.*'",
  },
  {
    of: "an exchange under a reserved name",
    asked: (channel) => channel.assertExchange("amq.e", "topic"),
    code: 403,
    message: "ACCESS_REFUSED - exchange name 'amq.e' contains reserved prefix 'amq.*'",
  },
  {
    of: "deleting an exchange that is always there",
    asked: (channel) => channel.deleteExchange("amq.topic"),
    code: 403,
    message: "ACCESS_REFUSED - deletion of system exchange 'amq.topic' in vhost '/' not allowed",
  },
  {
    of: "an exchange of another type",
    asked: (channel) => channel.assertExchange("e", "fanout"),
    code: 406,
    message: "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'e' in vhost '/': " +
      "received 'fanout' but current is 'topic'",
  },
  {
    of: "an exchange of another durability",
    asked: (channel) => channel.assertExchange("e", "topic", { durable: false }),
    code: 406,
    message: "PRECONDITION_FAILED - inequivalent arg 'durable' for exchange 'e' in vhost '/': " +
      "received 'false' but current is 'true'",
  },
  {
    of: "a queue of another durability",
    asked: (channel) => channel.assertQueue("q", { durable: false, maxLength: 5 }),
    code: 406,
    message: "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'q' in vhost '/': " +
      "received 'false' but current is 'true'",
  },
  {
    of: "a queue that deletes itself where it did not",
    asked: (channel) => channel.assertQueue("q", { autoDelete: true, maxLength: 5 }),
    code: 406,
    message: "PRECONDITION_FAILED - inequivalent arg 'auto_delete' for queue 'q' in vhost '/': " +
      "received 'true' but current is 'false'",
  },
  {
    of: "a queue with another argument",
    asked: (channel) => channel.assertQueue("q", { maxLength: 6 }),
    code: 406,
    message: "PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'q' in vhost '/': " +
      "received '6' but current is '5'",
  },
  {
    of: "a queue with an argument less",
    asked: (channel) => channel.assertQueue("q"),
    code: 406,
    message: "PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'q' in vhost '/': " +
      "received none but current is the value '5' of type 'byte'",
  },
  {
    of: "a queue with an argument more",
    asked: (channel) =>
      channel.assertQueue("q", { maxLength: 5, arguments: { "x-overflow": "drop-head" } }),
    code: 406,
    message: "PRECONDITION_FAILED - inequivalent arg 'x-overflow' for queue 'q' in vhost '/': " +
      "received the value 'drop-head' of type 'longstr' but current is none",
  },
  {
    of: "a length that is negative",
    asked: (channel) => channel.assertQueue("new", { maxLength: -5 }),
    code: 406,
    message: "PRECONDITION_FAILED - invalid arg 'x-max-length' for queue 'new' in vhost '/': " +
      "{value_negative,-5}",
  },
  {
    of: "a length that is a text",
    asked: (channel) => channel.assertQueue("new", { arguments: { "x-max-length": "5" } }),
    code: 406,
    message: "PRECONDITION_FAILED - invalid arg 'x-max-length' for queue 'new' in vhost '/': " +
      '"expected integer, got longstr"',
  },
  {
    of: "an overflow that is a number",
    asked: (channel) => channel.assertQueue("new", { arguments: { "x-overflow": 300 } }),
    code: 406,
    message: "PRECONDITION_FAILED - invalid arg 'x-overflow' for queue 'new' in vhost '/': " +
      "{unacceptable_type,short}",
  },
  {
    of: "an overflow that there is not",
    asked: (channel) => channel.assertQueue("new", { arguments: { "x-overflow": "drop" } }),
    code: 406,
    message: "PRECONDITION_FAILED - invalid arg 'x-overflow' for queue 'new' in vhost '/': " +
      "invalid_overflow",
  },
  {
    of: "declaring a shared queue as one's own",
    asked: (channel) => channel.assertQueue("q", { exclusive: true, maxLength: 5 }),
    code: 405,
    message: LOCKED,
  },
  {
    of: "deleting a queue that is in use if it is not",
    asked: (channel) => channel.deleteQueue("q", { ifUnused: true }),
    code: 406,
    message: "PRECONDITION_FAILED - queue 'q' in vhost '/' in use",
  },
  {
    of: "deleting an exchange that is in use if it is not",
    asked: (channel) => channel.deleteExchange("e", { ifUnused: true }),
    code: 406,
    message: "PRECONDITION_FAILED - exchange 'e' in vhost '/' in use",
  },
];

/** Makes exchange `e` (topic, durable) and queue `q` (durable, of length 5), bound and consumed from. */
export async function prepare(channel: Channel): Promise<void> {
  await channel.assertExchange("e", "topic");
  await channel.assertQueue("q", { maxLength: 5 });
  await channel.bindQueue("q", "e", "key");
  await channel.consume("q", () => {});
}
