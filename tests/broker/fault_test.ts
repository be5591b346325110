import { assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import { parseAddress } from "../../src/broker/address.ts";
import {
  BrokerError,
  type BrokerFault,
  connectError,
  isAbsent,
  lateError,
  lostError,
  replyCode,
  useError,
} from "../../src/broker/fault.ts";

const PASSWORD = "hush-hush";
const PLAIN = parseAddress(`amqp://ann:${PASSWORD}@mq.example/prod`);
const TLS = parseAddress(`amqps://ann:${PASSWORD}@mq.example/prod`);

function errorOf(message: string, members: { code?: string | number; syscall?: string } = {}) {
  return Object.assign(new Error(message), members);
}

const CONNECT: readonly (readonly [string, unknown, BrokerFault, string])[] = [
  [
    "nobody listens",
    errorOf("connect ECONNREFUSED 10.0.0.1:5672", { code: "ECONNREFUSED", syscall: "connect" }),
    "unreachable",
    "connection refused",
  ],
  [
    "no socket opens",
    errorOf("connect EADDRNOTAVAIL 10.0.0.1:5672", { code: "EADDRNOTAVAIL", syscall: "connect" }),
    "unreachable",
    "connect EADDRNOTAVAIL 10.0.0.1:5672 (EADDRNOTAVAIL)",
  ],
  [
    "the name is unknown",
    errorOf("getaddrinfo ENOTFOUND mq", { code: "ENOTFOUND", syscall: "getaddrinfo" }),
    "unknown_host",
    "cannot resolve 'mq.example' (ENOTFOUND)",
  ],
  [
    "the look-up is not permitted",
    errorOf("getaddrinfo EPERM mq", { code: "EPERM", syscall: "getaddrinfo" }),
    "not_permitted",
    "not permitted, --allow-net has to cover it",
  ],
  [
    "the address is not permitted",
    new Deno.errors.NotCapable("Requires net access"),
    "not_permitted",
    "not permitted, --allow-net has to cover it",
  ],
  [
    "nothing answers",
    new Deno.errors.TimedOut("no answer in 10 s"),
    "unreachable",
    "no answer in 10 s",
  ],
  [
    "the credentials are wrong",
    errorOf(
      'Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - Login was refused"',
    ),
    "credentials",
    "user name or password refused",
  ],
  [
    "the vhost is missing",
    errorOf("Expected ConnectionOpenOk; got <ConnectionClose channel:0>"),
    "vhost",
    "the vhost does not exist or is closed to this user",
  ],
  [
    "another protocol answers",
    errorOf("Frame size 1345270062 exceeds maxFrameSize 67108864"),
    "not_amqp",
    "what answers speaks no AMQP 0-9-1",
  ],
  [
    "the connection ends too early",
    errorOf("Socket closed abruptly during opening handshake"),
    "unreachable",
    "connection closed during the handshake",
  ],
  [
    "the library quotes the password",
    errorOf(`Cannot say ${PASSWORD}`),
    "unexpected",
    "Cannot say ***",
  ],
  ["something else is thrown", PASSWORD, "unexpected", "***"],
];

for (const [name, error, fault, reason] of CONNECT) {
  Deno.test(`A failed connection tells the fault when ${name}`, () => {
    const told = connectError(error, PLAIN);
    assertEquals(told.fault, fault);
    assertEquals(
      told.message,
      `Failed to connect to RabbitMQ at amqp://mq.example:5672/prod: ${reason}`,
    );
    assertFalse(Deno.inspect(told).includes(PASSWORD));
  });
}

Deno.test("An unknown code is a fault of TLS where TLS is spoken", () => {
  const told = connectError(
    errorOf("self-signed certificate in certificate chain", { code: "SELF_SIGNED_CERT_IN_CHAIN" }),
    TLS,
  );
  assertEquals([told.fault, told.message], [
    "tls",
    "Failed to connect to RabbitMQ at amqps://mq.example:5671/prod: self-signed certificate in " +
    "certificate chain (SELF_SIGNED_CERT_IN_CHAIN)",
  ]);
});

const LOST: readonly (readonly [string, unknown, BrokerFault, string])[] = [
  ["it ends without a word", undefined, "lost", "connection closed"],
  ["it breaks", errorOf("read ECONNRESET", { code: "ECONNRESET" }), "lost", "read ECONNRESET"],
  [
    "a message is nested too deeply",
    new RangeError("Maximum call stack size exceeded"),
    "undecodable",
    "cannot decode what it sent (Maximum call stack size exceeded)",
  ],
  [
    "the broker falls silent",
    errorOf("Heartbeat timeout"),
    "silent",
    "the broker's heartbeats stayed out",
  ],
  [
    "the broker closes it",
    errorOf(
      'Connection closed: 320 (CONNECTION-FORCED) with message "CONNECTION_FORCED - shutdown"',
      { code: 320 },
    ),
    "closed_by_broker",
    "CONNECTION_FORCED - shutdown",
  ],
];

for (const [name, error, fault, reason] of LOST) {
  Deno.test(`A lost connection tells the fault when ${name}`, () => {
    const told = lostError(error, PLAIN);
    assertEquals(told.fault, fault);
    assertEquals(
      told.message,
      `Lost the connection to RabbitMQ at amqp://mq.example:5672/prod: ${reason}`,
    );
  });
}

Deno.test("A refused operation tells what the broker wrote", () => {
  const refusal = errorOf(
    "Operation failed: QueueDeclare; 404 (NOT-FOUND) with message \"NOT_FOUND - no queue 'q'\"",
    { code: 404 },
  );
  const told = useError(refusal, PLAIN);
  assertEquals(replyCode(refusal), 404);
  assertEquals([told.fault, told.message], [
    "refused",
    "RabbitMQ at amqp://mq.example:5672/prod refused an operation: NOT_FOUND - no queue 'q'",
  ]);
});

Deno.test("A queue whose node is down is out of reach, and not absent", () => {
  const text = "home node 'a@host' of durable queue 'q' in vhost '/' is down or inaccessible";
  const refusal = errorOf(
    `Operation failed: QueueDeclare; 404 (NOT-FOUND) with message "NOT_FOUND - ${text}"`,
    { code: 404 },
  );
  const told = useError(refusal, PLAIN);
  assertEquals([isAbsent(refusal), told.fault, told.message], [
    false,
    "queue_out_of_reach",
    `RabbitMQ at amqp://mq.example:5672/prod cannot reach a queue: NOT_FOUND - ${text}`,
  ]);
});

for (const what of ["queue", "exchange"]) {
  Deno.test(`Of ${what === "queue" ? "a queue" : "an exchange"} that is not there RabbitMQ says so`, () => {
    const text =
      `Operation failed: X; 404 (NOT-FOUND) with message "NOT_FOUND - no ${what} 'q' in vhost '/'"`;
    assertEquals(isAbsent(errorOf(text, { code: 404 })), true);
  });
}

Deno.test("An answer that stays out tells about what", () => {
  const told = lateError("queue 'q'", 5000, PLAIN);
  assertEquals([told.fault, told.message], [
    "unanswered",
    "RabbitMQ at amqp://mq.example:5672/prod did not answer within 5 s about queue 'q'",
  ]);
});

Deno.test("What fails for reasons of our own is told as such", () => {
  const told = useError(new TypeError(`no ${PASSWORD}`), PLAIN);
  assertEquals([told.fault, told.message], [
    "unexpected",
    "Failed to use RabbitMQ at amqp://mq.example:5672/prod: no ***",
  ]);
});

Deno.test("A broker error stays what it is", () => {
  const error = new BrokerError("cancelled", "RabbitMQ cancelled the consumer of queue 'q'");
  assertStrictEquals(useError(error, PLAIN), error);
});
