import { assertEquals, assertMatch } from "@std/assert";
import { startPlatform } from "../../../src/dev/platform/platform.ts";

/** What comes back for these bytes, until the platform ends the connection. */
async function exchange(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(text));
  return await new Response(connection.readable).text();
}

Deno.test("An answer has a status line, its type, its length and a date", async () => {
  await using platform = await startPlatform({ older: true });
  assertMatch(
    await exchange(platform.url, "GET /health HTTP/1.1\r\nconnection: close\r\n\r\n"),
    /^HTTP\/1\.1 200 OK\r\ncontent-type: application\/json\r\nconnection: close\r\ncontent-length: 15\r\ndate: [A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\r\n\r\n{"status":"ok"}$/,
  );
});

Deno.test("Requests sent at once are answered in their order, the slow before the quick", async () => {
  await using platform = await startPlatform({ older: true });
  platform.faults.add({ kind: "latency", path: "/health", ms: 5 });
  const answers = await exchange(
    platform.url,
    "GET /health HTTP/1.1\r\n\r\nGET /none HTTP/1.1\r\n\r\nHEAD /health HTTP/1.0\r\n\r\n",
  );
  const statuses = [...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status);
  assertEquals(statuses, ["200", "404", "200"]);
});

Deno.test("What is no request is answered with 400 and the end of the connection", async () => {
  await using platform = await startPlatform({ older: true });
  const answer = await exchange(platform.url, "EHLO example.org\r\n\r\nmore\r\n\r\n");
  assertMatch(answer, /^HTTP\/1\.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n/);
  assertEquals(platform.requests.size, 0);
});

Deno.test("A body that comes as a stream is read whole", async () => {
  await using platform = await startPlatform({ older: true });
  const pieces = ['{"trigger_ref":', '"core.timer","payload":', '"zażółć"}'];
  const response = await fetch(`${platform.url}/api/v1/events`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${await platform.sensorToken()}`,
      "content-type": "application/json",
    },
    body: ReadableStream.from(pieces).pipeThrough(new TextEncoderStream()),
  });
  await response.body?.cancel();
  assertEquals(response.status, 201);
  assertEquals(platform.events.all[0]?.payload, "zażółć");
});

Deno.test("A request in hand when its client leaves is carried out", async () => {
  await using platform = await startPlatform({ older: true });
  const token = await platform.sensorToken();
  const { hostname, port } = new URL(platform.url);
  const body = '{"trigger_ref":"core.timer"}';
  const connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(
    `POST /api/v1/events HTTP/1.1\r\nauthorization: Bearer ${token}\r\n` +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  ));
  connection.close();
  await platform.events.when(({ triggerRef }) => triggerRef === "core.timer");
});
