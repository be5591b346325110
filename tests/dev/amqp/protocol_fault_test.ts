import { assertEquals } from "@std/assert";
import { startBroker } from "../../../src/dev/amqp/broker.ts";
import { FrameType } from "../../../src/dev/amqp/frames.ts";
import { RawClient } from "./raw_client.ts";

interface Fault {
  readonly of: string;
  readonly said: (client: RawClient) => Promise<void>;
  readonly reason: string;
}

const FAULTS: readonly Fault[] = [
  {
    of: "a frame of no known type",
    said: (client) => client.frame(9, 1, new Uint8Array(3)),
    reason: "501 FRAME_ERROR - type 9: unknown_frame",
  },
  {
    of: "a frame that does not end where it says",
    said: (client) => client.bytes("\x01\0\0\0\0\0\x01xx"),
    reason: "501 FRAME_ERROR - type 1: {invalid_frame_end_marker,120}",
  },
  {
    of: "a frame that is too large",
    said: (client) => client.bytes("\x01\0\0\x7f\xff\xff\xff"),
    reason: "501 FRAME_ERROR - type 1: {frame_too_large,2147483647,131064}",
  },
  {
    of: "a method whose arguments end too soon",
    said: (client) => client.method(1, 50, 10, (writer) => writer.short(0)),
    reason: "501 FRAME_ERROR - cannot decode: 1 bytes expected, 0 left",
  },
  {
    of: "a header whose properties end too soon",
    said: async (client) => {
      await client.publish();
      await client.header(1n, { flags: 0x8000 });
    },
    reason: "501 FRAME_ERROR - cannot decode: 1 bytes expected, 0 left",
  },
  {
    of: "a field of no known type",
    said: (client) =>
      client.method(1, 50, 10, (writer) => {
        return writer.short(0).shortstr("q").octet(0).long(4).shortstr("x").octet(0x3f).octet(0);
      }),
    reason: "501 FRAME_ERROR - cannot decode a field of type '?'",
  },
  {
    of: "tables within tables without end",
    said: (client) =>
      client.method(1, 50, 10, (writer) => {
        writer.short(0).shortstr("q").octet(0).long(100_000);
        for (let depth = 0; depth < 10_000; depth++) {
          writer.shortstr("").octet(0x46).long(100_000 - 10 * (depth + 1));
        }
        return writer.bytes(new Uint8Array(40_000));
      }),
    reason: "501 FRAME_ERROR - cannot decode more than 100 nested tables",
  },
  {
    of: "a method on a channel that is not open",
    said: (client) => client.method(2, 85, 10, (writer) => writer.octet(0)),
    reason: "504 CHANNEL_ERROR - expected 'channel.open'",
  },
  {
    of: "a channel opened twice",
    said: (client) => client.method(1, 20, 10, (writer) => writer.shortstr("")),
    reason: "504 CHANNEL_ERROR - second 'channel.open' seen",
  },
  {
    of: "a body that nothing announced",
    said: (client) => client.frame(FrameType.body, 1, new Uint8Array(3)),
    reason: "505 UNEXPECTED_FRAME - expected method frame, got non method frame instead",
  },
  {
    of: "a method where a header is due",
    said: async (client) => {
      await client.publish();
      await client.publish();
    },
    reason:
      "505 UNEXPECTED_FRAME - expected content header for class 60, got non content header frame " +
      "instead",
  },
  {
    of: "a header for another class",
    said: async (client) => {
      await client.publish();
      await client.header(1n, { classId: 50 });
    },
    reason:
      "505 UNEXPECTED_FRAME - expected content header for class 60, got one for class 50 instead",
  },
  {
    of: "a body longer than announced",
    said: async (client) => {
      await client.publish();
      await client.header(2n);
      await client.frame(FrameType.body, 1, new Uint8Array(3));
    },
    reason: "505 UNEXPECTED_FRAME - expected content body for class 60, got a longer one instead",
  },
  {
    of: "an immediate message",
    said: (client) =>
      client.method(1, 60, 40, (writer) => writer.short(0).shortstr("").shortstr("q").octet(2)),
    reason: "540 NOT_IMPLEMENTED - immediate=true",
  },
  {
    of: "a prefetch in bytes",
    said: (client) => client.method(1, 60, 10, (writer) => writer.long(5).short(1).octet(0)),
    reason: "540 NOT_IMPLEMENTED - prefetch_size!=0 (5)",
  },
  {
    of: "a transaction",
    said: (client) => client.method(1, 90, 10),
    reason: "540 NOT_IMPLEMENTED - method 90.10 of this broker double",
  },
  {
    of: "an unknown method of the connection",
    said: (client) => client.method(0, 10, 99),
    reason: "540 NOT_IMPLEMENTED - method 10.99 of this broker double",
  },
  {
    of: "a second start of the connection",
    said: (client) => client.method(0, 10, 31, (writer) => writer.short(0).long(0).short(0)),
    reason: "503 COMMAND_INVALID - expected 'connection.close' on channel 0",
  },
];

Deno.test("Connection is closed with the right code over what breaks the protocol", async (test) => {
  await using broker = startBroker();
  for (const { of, said, reason } of FAULTS) {
    await test.step(of, async () => {
      using client = await RawClient.open(broker.url);
      await said(client);
      assertEquals(await client.closeReason(), reason);
    });
  }
});
