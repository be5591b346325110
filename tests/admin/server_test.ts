import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
  fail,
} from "@std/assert";
import { FakeClock } from "../support/fake_clock.ts";
import { askedByName } from "../../src/admin/hosts.ts";
import { openServer, type ServerOptions } from "../../src/admin/server.ts";
import type { Address } from "../../src/config/address.ts";
import { sleep, systemClock } from "../../src/ground/clock.ts";
import { ExitCode, Fatal } from "../../src/ground/exit.ts";

const HERE = optionsAt({ hostname: "127.0.0.1", port: 0 });
const hello = () => Promise.resolve(new Response("hello"));

Deno.test("A server answers at the port that was free, until it is disposed of", async () => {
  let url: string;
  {
    await using server = openServer(HERE, hello);
    url = server.url;
    assertEquals(await (await fetch(url)).text(), "hello");
  }
  await assertRejects(() => fetch(url), TypeError);
});

Deno.test("A client that does not read keeps no server from ending", async () => {
  const endless = () => {
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
    });
    return Promise.resolve(new Response(body));
  };
  const server = openServer(HERE, endless);
  const response = await fetch(server.url);
  await server[Symbol.asyncDispose]();
  await response.body?.cancel().catch(() => {/* it was cut off */});
});

Deno.test("A port that is taken is refused with exit code 2", async () => {
  await using server = openServer(HERE, hello);
  const port = Number(new URL(server.url).port);
  const error = assertThrows(() => openServer(optionsAt({ hostname: "127.0.0.1", port }), hello));
  assertInstanceOf(error, Fatal);
  assertEquals(
    [error.exitCode, error.message],
    [
      ExitCode.usage,
      `Cannot serve health and metrics at http://127.0.0.1:${port}: another program listens there`,
    ],
  );
});

Deno.test({
  name: "An address that is not permitted is refused with the flag that permits it",
  permissions: { net: ["127.0.0.1:1"] },
  fn() {
    const address = { hostname: "127.0.0.1", port: 9464 };
    assertThrows(
      () => openServer(optionsAt(address), hello),
      Fatal,
      "Cannot serve health and metrics at http://127.0.0.1:9464: allow it with --allow-net=127.0.0.1:9464",
    );
  },
});

Deno.test("An address of another machine is refused", () => {
  const address = { hostname: "192.0.2.1", port: 9464 };
  assertThrows(
    () => openServer(optionsAt(address), hello),
    Fatal,
    "Cannot serve health and metrics at",
  );
});

Deno.test("A host that is none is refused, and told to nobody", async () => {
  await using server = openServer(HERE, askedByName([], hello));
  const { port } = new URL(server.url);
  using client = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  await client.write(new TextEncoder().encode("GET /livez HTTP/1.1\r\nHost: a b\r\n\r\n"));
  const answer = new Uint8Array(12);
  await client.read(answer);
  assertEquals(new TextDecoder().decode(answer), "HTTP/1.1 400");
});

Deno.test("A client that sends no whole request is cut off after 10 s, and holds up nobody", async () => {
  const clock = new FakeClock(0);
  await using server = openServer({ ...HERE, clock }, hello);
  using half = await connect(server.url);
  await half.write(encoded("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"));
  assertEquals(await (await fetch(server.url)).text(), "hello");
  await clock.advance(10_000);
  assertEquals(await readAll(half), "");
  assertEquals(await (await fetch(server.url)).text(), "hello");
});

Deno.test("A client whose answer takes longer than 10 s gets all of it", async () => {
  const clock = new FakeClock(0);
  const slow = () => {
    const begin = new TextEncoder().encode("begin ");
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(begin);
        await sleep(clock, 20_000);
        controller.enqueue(new TextEncoder().encode("end"));
        controller.close();
      },
    });
    return Promise.resolve(new Response(body));
  };
  await using server = openServer({ ...HERE, clock }, slow);
  const response = await fetch(server.url);
  await clock.advance(20_000);
  assertEquals(await response.text(), "begin end");
});

Deno.test("Where 256 clients hold their connections, the oldest makes room for a new one", async () => {
  await using server = openServer({ ...HERE, clock: new FakeClock(0) }, hello);
  await using clients = new DisposableStack();
  const held: Deno.TcpConn[] = [];
  for (let count = 0; count < 256; count++) {
    const client = clients.use(await connect(server.url));
    await client.write(encoded("GET / HTTP/1.1\r\n"));
    held.push(client);
  }
  assertEquals(await (await fetch(server.url)).text(), "hello");
  const [oldest] = held;
  assertEquals(oldest && await readAll(oldest), "");
});

Deno.test("What is no HTTP is answered with 400", async () => {
  await using server = openServer(HERE, hello);
  using client = await connect(server.url);
  await client.write(encoded("\x16\x03\x01 hello\r\n\r\n"));
  assertStringIncludes(await readAll(client), "HTTP/1.1 400");
});

function optionsAt(address: Address): ServerOptions {
  return { address, clock: systemClock, failed: (error) => fail(String(error)) };
}

function connect(url: string): Promise<Deno.TcpConn> {
  const { hostname, port } = new URL(url);
  return Deno.connect({ hostname, port: Number(port) });
}

function encoded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** What comes in one piece. */
async function readSome(client: Deno.TcpConn): Promise<string> {
  const bytes = new Uint8Array(4096);
  const count = await client.read(bytes);
  return new TextDecoder().decode(bytes.subarray(0, count ?? 0));
}

/** What comes until the server ends the connection, in whichever way. */
async function readAll(client: Deno.TcpConn): Promise<string> {
  let text = "";
  try {
    for (let some = await readSome(client); some !== ""; some = await readSome(client)) {
      text += some;
    }
  } catch (error) {
    assertInstanceOf(error, Deno.errors.ConnectionReset);
  }
  return text;
}
