import { assertEquals, assertMatch } from "@std/assert";
import { RabbitMq, type TlsFiles } from "../support/rabbitmq.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { makeCertificates } from "./broker_certificates.ts";
import { Feed } from "./broker_feed.ts";

/** The name in the certificate. */
const USER = "test";

let dir: string;
let certificates: TlsFiles;
let broker: RabbitMq;
Deno.test.beforeAll(async () => {
  dir = await Deno.makeTempDir();
  certificates = await makeCertificates(dir);
  broker = await RabbitMq.start({
    tls: certificates,
    config: [
      "ssl_options.verify = verify_peer",
      "ssl_options.fail_if_no_peer_cert = true",
      "ssl_cert_login_from = common_name",
      "auth_mechanisms.1 = PLAIN",
      "auth_mechanisms.2 = EXTERNAL",
    ],
    plugins: ["rabbitmq_auth_mechanism_ssl"],
  });
  await broker.ctl("add_user", USER, "secret");
  await broker.ctl("set_permissions", USER, ".*", ".*", ".*");
});
Deno.test.afterAll(async () => {
  await broker[Symbol.asyncDispose]();
  await Deno.remove(dir, { recursive: true });
});

/** The address of several ports of this machine. */
function urlOf(...ports: readonly number[]): string {
  return `amqp://guest:guest@${ports.map((port) => `127.0.0.1:${port}`).join(",")}/`;
}

/** Links to the broker, of which a test does to each what it likes. */
async function links(stack: AsyncDisposableStack, count: number): Promise<TcpProxy[]> {
  const made: TcpProxy[] = [];
  for (let n = 0; n < count; n++) made.push(stack.use(await TcpProxy.start(broker.port)));
  return made;
}

Deno.test("Of several hosts one that answers will do, and when it is lost another one", async () => {
  await using stack = new AsyncDisposableStack();
  const [dead, one, other] = await links(stack, 3);
  await dead?.refuse();
  const ports = [dead, one, other].map((it) => it?.port ?? 0);
  const feed = stack.use(new Feed(urlOf(...ports)));
  await feed.ready();
  for (const lost of [one, other]) {
    const ups = feed.told("up").length;
    await lost?.refuse();
    if (feed.address.includes(`:${lost?.port}/`)) await feed.until("up", ups + 1);
    await lost?.pass();
  }
  const used = new Set<string>();
  while (used.size < 2) {
    const ups = feed.told("up").length;
    used.add(feed.address);
    await Promise.all([one?.reset(), other?.reset()]);
    await feed.until("up", ups + 1);
  }
  assertEquals(
    [...used].toSorted(),
    [one, other].map((it) => `amqp://127.0.0.1:${it?.port}/`).toSorted(),
  );
});

Deno.test("Where none of several hosts answers the line tells of each, in their order", async () => {
  await using stack = new AsyncDisposableStack();
  const [one, other] = await links(stack, 2);
  await Promise.all([one?.refuse(), other?.refuse()]);
  const feed = stack.use(new Feed(urlOf(one?.port ?? 0, other?.port ?? 0)));
  await feed.until("down", 5);
  const refused = (port = 0) =>
    `Failed to connect to RabbitMQ at amqp://127.0.0.1:${port}/: connection refused`;
  assertEquals(
    new Set(feed.lines),
    new Set([`down unreachable: ${refused(one?.port)}; ${refused(other?.port)}`]),
  );
  await other?.pass();
  await feed.ready();
});

/** The broker's TLS port, for a client with these parameters. */
function tlsUrl(login: string, query: Readonly<Record<string, string>>): string {
  return `amqps://${login}localhost:${broker.tlsPort}/?${new URLSearchParams(query)}`;
}

/** The certificates' paths, as parameters. */
function files(): { certfile: string; keyfile: string } {
  return { certfile: certificates.cert, keyfile: certificates.key };
}

/** Listens in a process that trusts the authority. Returns what it told first. */
async function firstLine(url: string): Promise<string> {
  const std = await new Deno.Command(Deno.execPath(), { args: ["task", "-q", "std"] }).output();
  const flags = new TextDecoder().decode(std.stdout).split(/\s+/).filter((flag) => flag !== "");
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "--no-prompt",
      "--allow-net",
      "--allow-env",
      `--allow-read=${dir}`,
      ...flags,
    ]
      .concat("tests/integration/broker_child.ts", url),
    env: { DENO_CERT: certificates.ca },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  let line = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    if (line === "") await child.stdin.close();
    line ||= text.split("\n")[0] ?? "";
  }
  await child.status;
  return line;
}

Deno.test("A broker that wants a client's certificate gets one, and the password beside it", async () => {
  assertMatch(await firstLine(tlsUrl("guest:guest@", {})), /^(tls|unreachable|lost|unexpected): /);
  assertEquals(await firstLine(tlsUrl("guest:guest@", files())), "up");
  assertEquals(
    await firstLine(tlsUrl("guest:wrong@", files())),
    `credentials: Failed to connect to RabbitMQ at amqps://localhost:${broker.tlsPort}/: ` +
      "user name or password refused",
  );
});

Deno.test("A certificate can say who the client is, without a password", async () => {
  const external = { ...files(), auth_mechanism: "external" };
  assertEquals(await firstLine(tlsUrl("", external)), "up");
});

Deno.test("A certificate that cannot be read is named", async () => {
  const line = await firstLine(tlsUrl("", { ...files(), certfile: `${dir}/missing.pem` }));
  assertEquals(
    line,
    `tls: Failed to connect to RabbitMQ at amqps://localhost:${broker.tlsPort}/: ` +
      `cannot read the certfile '${dir}/missing.pem': there is no such file`,
  );
  const outside = await firstLine(tlsUrl("", { ...files(), keyfile: "/etc/hostname" }));
  assertMatch(outside, /cannot read the keyfile '\/etc\/hostname': --allow-read has to cover it$/);
});
