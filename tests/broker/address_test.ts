import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type BrokerAddress, parseAddress } from "../../src/broker/address.ts";

const PLAIN: BrokerAddress = {
  printable: "amqp://mq:5672/",
  isTls: false,
  hostname: "mq",
  port: 5672,
  username: "guest",
  password: "guest",
  vhost: "/",
  heartbeatSeconds: 5,
};

const ADDRESSES: readonly (readonly [string, Partial<BrokerAddress>])[] = [
  ["amqp://mq", {}],
  ["amqp://mq/", {}],
  ["amqp://mq/%2F", { printable: "amqp://mq:5672/%2F" }],
  ["amqp://mq:5673", { printable: "amqp://mq:5673/", port: 5673 }],
  ["amqps://mq", { printable: "amqps://mq:5671/", isTls: true, port: 5671 }],
  ["amqp://[::1]", { printable: "amqp://[::1]:5672/", hostname: "::1" }],
  ["amqp://ann:secret@mq", { username: "ann", password: "secret" }],
  ["amqp://ann@mq", { username: "ann", password: "" }],
  ["amqp://:secret@mq", { username: "", password: "secret" }],
  ["amqp://%C3%A5nn:p%40ss%2F%E2%82%AC@mq", { username: "ånn", password: "p@ss/€" }],
  ["amqp://mq/prod", { printable: "amqp://mq:5672/prod", vhost: "prod" }],
  ["amqp://mq/p%C3%A5%2525", { printable: "amqp://mq:5672/p%C3%A5%2525", vhost: "på%25" }],
  ["amqp://mq?heartbeat=0", { heartbeatSeconds: 0 }],
  ["amqp://mq/?heartbeat=30&frameMax=8192", { heartbeatSeconds: 30 }],
];

for (const [url, expected] of ADDRESSES) {
  Deno.test(`The address ${url} is read`, () => {
    assertEquals(parseAddress(url), { ...PLAIN, ...expected });
  });
}

const NO_ADDRESS = "Cannot read the address of RabbitMQ: expected amqp:// or amqps:// with a host";
const HEARTBEAT =
  "Invalid heartbeat in the address of RabbitMQ: expected whole seconds from 0 to 65535";

const REFUSED: readonly (readonly [string, string])[] = [
  ["", NO_ADDRESS],
  ["ann:secret@mq", NO_ADDRESS],
  ["http://ann:secret@mq", NO_ADDRESS],
  ["amqp://", NO_ADDRESS],
  ["amqp://ann:secret@mq:secret", NO_ADDRESS],
  [
    "amqp://ann:secret%@mq",
    "Cannot read the password in the address of RabbitMQ: expected it percent-encoded",
  ],
  [
    "amqp://mq/%ff",
    "Cannot read the vhost in the address of RabbitMQ: expected it percent-encoded",
  ],
  ["amqp://ann:secret@mq?heartbeat=secret", HEARTBEAT],
  ["amqp://mq?heartbeat=-1", HEARTBEAT],
  ["amqp://mq?heartbeat=1.5", HEARTBEAT],
  ["amqp://mq?heartbeat=65536", HEARTBEAT],
];

for (const [url, message] of REFUSED) {
  Deno.test(`The address '${url}' is refused without being quoted`, () => {
    const error = assertThrows(() => parseAddress(url), TypeError);
    assertEquals(error.message, message);
  });
}

Deno.test("Any user, password and vhost that is percent-encoded comes out as it was", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1 });
  fc.assert(fc.property(text, text, text, (username, password, vhost) => {
    const [user, secret, path] = [username, password, vhost].map(encodeURIComponent);
    const address = parseAddress(`amqp://${user}:${secret}@mq:1/${path}`);
    // A vhost of one or two dots is what URLs cannot say.
    if (/^\.\.?$/.test(vhost)) return;
    assertEquals(address, {
      ...PLAIN,
      printable: `amqp://mq:1/${path}`,
      port: 1,
      username,
      password,
      vhost,
    });
  }));
});
