import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { router } from "../../src/admin/router.ts";
import { openServer } from "../../src/admin/server.ts";
import { ExitCode, Fatal } from "../../src/ground/exit.ts";

const HERE = { hostname: "127.0.0.1", port: 0 };
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
  const error = assertThrows(() => openServer({ ...HERE, port }, hello));
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
      () => openServer(address, hello),
      Fatal,
      "Cannot serve health and metrics at http://127.0.0.1:9464: allow it with --allow-net=127.0.0.1:9464",
    );
  },
});

Deno.test("An address of another machine is refused", () => {
  const address = { hostname: "192.0.2.1", port: 9464 };
  assertThrows(() => openServer(address, hello), Fatal, "Cannot serve health and metrics at");
});

Deno.test("A host that is none is refused, and told to nobody", async () => {
  await using server = openServer(HERE, router({ "/": () => new Response() }, () => {}));
  const { port } = new URL(server.url);
  using client = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  await client.write(new TextEncoder().encode("GET /livez HTTP/1.1\r\nHost: a b\r\n\r\n"));
  const answer = new Uint8Array(12);
  await client.read(answer);
  assertEquals(new TextDecoder().decode(answer), "HTTP/1.1 400");
});
