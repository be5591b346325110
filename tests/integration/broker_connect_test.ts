import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { FakeClock } from "../support/fake_clock.ts";
import { RabbitMq, type TlsFiles } from "../support/rabbitmq.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { makeCertificates } from "./broker_certificates.ts";
import { Feed } from "./broker_feed.ts";
import { PATIENCE_MS } from "../support/patience.ts";

const ROOT = new URL("../../", import.meta.url);
const PASSWORD = "hush/hush@påssword";

let dir: string;
let certificates: TlsFiles;
let broker: RabbitMq;
Deno.test.beforeAll(async () => {
  dir = await Deno.makeTempDir();
  certificates = await makeCertificates(dir);
  broker = await RabbitMq.start({ tls: certificates });
});
Deno.test.afterAll(async () => {
  await broker[Symbol.asyncDispose]();
  await Deno.remove(dir, { recursive: true });
});

Deno.test("The feed waits for a broker that is not there yet", async () => {
  await using proxy = await TcpProxy.start(broker.port);
  await proxy.refuse();
  await using feed = new Feed(broker.url(proxy.port));
  assertEquals(
    await feed.until("down", 3),
    `down unreachable: Failed to connect to RabbitMQ at amqp://127.0.0.1:${proxy.port}/: connection refused`,
  );
  await proxy.pass();
  await feed.ready();
});

Deno.test("An attempt to connect to what never answers is given up after ten seconds", async () => {
  const clock = new FakeClock();
  await using proxy = await TcpProxy.start(broker.port);
  proxy.hang();
  await using feed = new Feed(broker.url(proxy.port), { clock });
  await clock.advance(9999);
  assertEquals(feed.lines, []);
  await clock.advance(1);
  await feed.until("down unreachable: Failed to connect to RabbitMQ at ");
  assertEquals(feed.lines.map((line) => line.split("/: ")[1]), ["no answer in 10 s"]);
  await proxy.pass();
  await clock.advance(20);
  await feed.ready();
});

Deno.test("An attempt to connect to what never answers is given up at once when the feed is stopped", async () => {
  await using proxy = await TcpProxy.start(broker.port);
  proxy.hang();
  await using feed = new Feed(broker.url(proxy.port), { clock: new FakeClock() });
  while (proxy.accepted === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  await feed.listener.stop();
  assertEquals(feed.lines, []);
});

Deno.test("Passwords and vhosts in any script are understood, and shown nowhere", async () => {
  await broker.ctl("add_vhost", "værk/%41");
  await broker.ctl("add_user", "ånn", PASSWORD);
  await broker.ctl("set_permissions", "-p", "værk/%41", "ånn", ".*", ".*", ".*");
  const secret = encodeURIComponent(PASSWORD);
  const url = `amqp://${encodeURIComponent("ånn")}:${secret}@127.0.0.1:${broker.port}/${
    encodeURIComponent("værk/%41")
  }`;
  await using feed = new Feed(url);
  await feed.ready();
  assertEquals(feed.address, `amqp://127.0.0.1:${broker.port}/v%C3%A6rk%2F%2541`);
  await using wrong = new Feed(url.replace(secret, `${secret}x`));
  await wrong.until("down credentials");
  await using closed = new Feed(url.replace(/[^/]*$/, ""));
  await closed.until("down vhost");
  for (const line of [...wrong.lines, ...closed.lines]) {
    assertFalse(line.includes(PASSWORD) || line.includes(secret), line);
  }
});

const REFUSALS: Readonly<Record<string, readonly [url: () => string, told: RegExp]>> = {
  "a wrong password": [
    () => `amqp://guest:wrong@127.0.0.1:${broker.port}`,
    /^down credentials: Failed to connect to RabbitMQ at amqp:\/\/127\.0\.0\.1:\d+\/: user name or password refused$/,
  ],
  "a vhost that does not exist": [
    () => `${broker.url()}/missing`,
    /^down vhost: Failed .*\/missing: the vhost does not exist or is closed to this user$/,
  ],
  "a host without an address": [
    () => "amqp://missing.invalid",
    /^down unknown_host: Failed .*: cannot resolve 'missing\.invalid' \(ENOTFOUND\)$/,
  ],
  "an authority that nobody trusts": [
    () => `amqps://localhost:${broker.tlsPort}`,
    /^down tls: Failed .*: self-signed certificate in certificate chain \(SELF_SIGNED_CERT_IN_CHAIN\)$/,
  ],
  "a port that speaks no TLS": [
    () => `amqps://localhost:${broker.port}`,
    /^down tls: Failed .* \(ERR_SSL_WRONG_VERSION_NUMBER\)$/,
  ],
  "a port that speaks TLS only": [
    () => `amqp://localhost:${broker.tlsPort}`,
    /^down unreachable: Failed .*: connection (reset|closed) during the handshake$/,
  ],
};

for (const [name, [url, told]] of Object.entries(REFUSALS)) {
  Deno.test(`The feed tells of ${name}, and tries again`, async () => {
    await using feed = new Feed(url());
    await feed.until("down", 2);
    for (const line of feed.lines) assertMatch(line, told);
    assertEquals(feed.told("up"), []);
  });
}

Deno.test("The feed tells of a server that speaks another protocol", async () => {
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  await using server = Deno.serve(options, () => new Response("hello"));
  await using feed = new Feed(`amqp://127.0.0.1:${server.addr.port}`);
  const line = await feed.until("down");
  assertMatch(line, /^down not_amqp: Failed .*: what answers speaks no AMQP 0-9-1$/);
});

/** Runs the feed in a process with the permissions of the product. Returns its lines. */
async function inProcess(
  url: string,
  env: Record<string, string>,
  then: () => void = () => {},
): Promise<string[]> {
  const std = await new Deno.Command(Deno.execPath(), { args: ["task", "-q", "std"], cwd: ROOT })
    .output();
  const flags = new TextDecoder().decode(std.stdout).split(/\s+/).filter((flag) => flag !== "");
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", "--allow-net", "--allow-env", ...flags].concat(
      ["tests/integration/broker_child.ts", url],
    ),
    cwd: ROOT,
    env,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const killer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  let text = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    if (text === "") {
      then();
      await child.stdin.close();
    }
    text += chunk;
  }
  const { code } = await child.status;
  clearTimeout(killer);
  assertEquals(code, 0, text);
  return text.trimEnd().split("\n");
}

const TRUST: Readonly<Record<string, () => Record<string, string>>> = {
  DENO_CERT: () => ({ DENO_CERT: certificates.ca }),
  NODE_EXTRA_CA_CERTS: () => ({ NODE_EXTRA_CA_CERTS: certificates.ca }),
  "the system's store": () => ({ DENO_TLS_CA_STORE: "system", SSL_CERT_FILE: certificates.ca }),
};

for (const [name, env] of Object.entries(TRUST)) {
  Deno.test(`A private authority in ${name} is trusted, without permission to read files`, async () => {
    const lines = await inProcess(`amqps://localhost:${broker.tlsPort}`, env());
    assertEquals(lines, ["up", "stopped"]);
  });
}

Deno.test("A certificate for another name is refused even where its authority is trusted", async () => {
  const [line] = await inProcess(
    `amqps://127.0.0.1:${broker.tlsPort}`,
    TRUST["DENO_CERT"]?.() ?? {},
  );
  assertMatch(line ?? "", /^tls: Failed .* \(ERR_TLS_CERT_ALTNAME_INVALID\)$/);
});

Deno.test("A process ends by itself once the feed is stopped, on a dead link too", async () => {
  await using proxy = await TcpProxy.start(broker.port);
  const lines = await inProcess(broker.url(proxy.port), {}, () => proxy.freeze());
  assertEquals(lines, ["up", "stopped"]);
  assert(proxy.accepted === 1);
});
