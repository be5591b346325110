import { assertEquals, assertFalse, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type BrokerAddress, readAddresses } from "../../src/config/broker_address.ts";

const PLAIN: BrokerAddress = {
  printable: "amqp://mq:5672/",
  isTls: false,
  hostname: "mq",
  port: 5672,
  login: { username: "guest", password: "guest" },
  certificate: null,
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
  ["amqp://ann:secret@mq", { login: { username: "ann", password: "secret" } }],
  ["amqp://ann@mq", { login: { username: "ann", password: "" } }],
  ["amqp://:secret@mq", { login: { username: "", password: "secret" } }],
  ["amqp://%C3%A5nn:p%40ss%2F%E2%82%AC@mq", { login: { username: "ånn", password: "p@ss/€" } }],
  ["amqp://mq/prod", { printable: "amqp://mq:5672/prod", vhost: "prod" }],
  ["amqp://mq/p%C3%A5%2525", { printable: "amqp://mq:5672/p%C3%A5%2525", vhost: "på%25" }],
  ["amqp://mq?heartbeat=0", { heartbeatSeconds: 0 }],
  ["amqp://mq/?heartbeat=30&frameMax=8192", { heartbeatSeconds: 30 }],
];

for (const [url, expected] of ADDRESSES) {
  Deno.test(`The address ${url} is read`, () => {
    assertEquals(readAddresses(url), [{ ...PLAIN, ...expected }]);
  });
}

const NO_ADDRESS =
  "expected amqp:// or amqps:// with a host, special characters of user, password and vhost percent-encoded";
const HEARTBEAT = "expected heartbeat to be whole seconds from 0 to 65535";
const CERTIFICATE = "expected certfile and keyfile together, with amqps://";
const MECHANISM = "expected auth_mechanism to be plain, or external with certfile and keyfile";
const listFault = (which: string) =>
  "expected hosts and ports with commas between them, such as a:5672,b:5672, and cannot read host " +
  which;

const REFUSED: readonly (readonly [string, string])[] = [
  ["", NO_ADDRESS],
  ["ann:secret@mq", NO_ADDRESS],
  ["http://ann:secret@mq", NO_ADDRESS],
  ["http://ann:secret@mq,b", NO_ADDRESS],
  ["amqp://", NO_ADDRESS],
  ["amqp://ann:secret@mq:secret", NO_ADDRESS],
  ["amqp://ann:secret%@mq", NO_ADDRESS],
  ["amqp://ann:secret/secret@mq", NO_ADDRESS],
  ["amqp://mq/%ff", NO_ADDRESS],
  ["amqp://ann:secret@mq?heartbeat=secret", HEARTBEAT],
  ["amqp://mq?heartbeat=-1", HEARTBEAT],
  ["amqp://mq?heartbeat=1.5", HEARTBEAT],
  ["amqp://mq?heartbeat=65536", HEARTBEAT],
  ["amqp://a,b:secret", listFault("2 of 2 'b'")],
  ["amqp://ann:secret@a:5672,b:70000,c:5672/vhost", listFault("2 of 3 'b'")],
  ["amqp://ann:secret@a:5672,,c:5672", listFault("2 of 3")],
  ["amqp://ann:secret@a,", listFault("2 of 2")],
  ["amqp://ann:secret@,b", listFault("1 of 2")],
  ["amqp://ann:secret,b", listFault("1 of 2 'ann'")],
  ["amqp://ann:secret@a,[::z]:5672", listFault("2 of 2")],
  ["amqp://ann:secret@a,b c:5672", listFault("2 of 2")],
  ["amqps://mq?certfile=/secret.pem", CERTIFICATE],
  ["amqps://mq?keyfile=/secret.pem", CERTIFICATE],
  ["amqps://mq?certfile=&keyfile=", CERTIFICATE],
  ["amqp://mq?certfile=/secret.pem&keyfile=/secret.key", CERTIFICATE],
  ["amqps://mq?auth_mechanism=external", MECHANISM],
  ["amqps://mq?certfile=/secret.pem&keyfile=/secret.key&auth_mechanism=secret", MECHANISM],
];

for (const [url, message] of REFUSED) {
  Deno.test(`The address '${url}' is refused without being quoted`, () => {
    const error = assertThrows(() => readAddresses(url), TypeError);
    assertEquals(error.message, `Cannot read the address of RabbitMQ: ${message}`);
    assertFalse(error.message.includes("secret"));
  });
}

Deno.test("Any user, password and vhost that is percent-encoded comes out as it was", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1 });
  fc.assert(fc.property(text, text, text, (username, password, vhost) => {
    const [user, secret, path] = [username, password, vhost].map(encodeURIComponent);
    const addresses = readAddresses(`amqp://${user}:${secret}@mq:1/${path}`);
    // A vhost of one or two dots is what URLs cannot say.
    if (/^\.\.?$/.test(vhost)) return;
    assertEquals(addresses, [{
      ...PLAIN,
      printable: `amqp://mq:1/${path}`,
      port: 1,
      login: { username, password },
      vhost,
    }]);
  }));
});

Deno.test("An address of several hosts is one of each, with the rest in common", () => {
  const login = { username: "ann", password: "a,b" };
  const certificate = { certPath: "/c.pem", keyPath: "/k.pem" };
  const found = readAddresses(
    "amqps://ann:a,b@a,b:5673,[::1]:5674/prod?heartbeat=9&certfile=/c.pem&keyfile=%2Fk.pem",
  );
  const common = { isTls: true, login, certificate, vhost: "prod", heartbeatSeconds: 9 };
  assertEquals(found, [
    { ...common, printable: "amqps://a:5671/prod", hostname: "a", port: 5671 },
    { ...common, printable: "amqps://b:5673/prod", hostname: "b", port: 5673 },
    { ...common, printable: "amqps://[::1]:5674/prod", hostname: "::1", port: 5674 },
  ]);
});

Deno.test("A client whose certificate says who it is needs no password", () => {
  const [address] = readAddresses("amqps://mq?certfile=/c&keyfile=/k&auth_mechanism=external");
  assertEquals(address.login, null);
});
