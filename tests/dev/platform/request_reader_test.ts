import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RequestReader, type WireRequest } from "../../../src/dev/platform/request_reader.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const LIMIT = 2_097_152;

/** The requests in a text that comes in pieces, cut at these places. */
function read(text: string, cuts: readonly number[] = []): WireRequest[] {
  const bytes = encoder.encode(text);
  const places = [0, ...cuts.map((cut) => cut % bytes.length).toSorted((a, b) => a - b)];
  const reader = new RequestReader();
  return places.flatMap((from, index) => [...reader.push(bytes.slice(from, places[index + 1]))]);
}

function bodies(requests: readonly WireRequest[]): (string | null)[] {
  return requests.map(({ body }) => body === null ? null : decoder.decode(body));
}

Deno.test("Requests are the same in whatever pieces they come", () => {
  const text =
    "POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nX-A: 1\r\nx-a:  2 \r\n\r\nzażó" +
    "GET / HTTP/1.0\r\n\r\n" +
    "PUT /d HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: Close\r\n\r\n" +
    "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n";
  const whole = read(text);
  assertEquals(bodies(whole), ["zażó", "", "abc0123456789"]);
  assertEquals(whole.map(({ body: _, ...head }) => head), [
    {
      method: "POST",
      target: "/a?b=c",
      headers: { host: "x", "content-length": "6", "x-a": "1, 2" },
      keepsAlive: true,
    },
    { method: "GET", target: "/", headers: {}, keepsAlive: false },
    {
      method: "PUT",
      target: "/d",
      headers: { "transfer-encoding": "chunked", connection: "Close" },
      keepsAlive: false,
    },
  ]);
  fc.assert(fc.property(fc.array(fc.nat(), { maxLength: 20 }), (cuts) => {
    assertEquals(bodies(read(text, cuts)), bodies(whole));
  }));
});

/** How long bodies are sent, and whether they are read. */
const LENGTHS: readonly (readonly [number, boolean])[] = [[LIMIT, true], [LIMIT + 1, false]];

for (const [length, isRead] of LENGTHS) {
  Deno.test(`A body of ${length} bytes ${isRead ? "is read" : "is thrown away"}, and the next request read`, () => {
    const body = "x".repeat(length);
    const next = "GET /next HTTP/1.1\r\n\r\n";
    const plain = `POST / HTTP/1.1\r\ncontent-length: ${length}\r\n\r\n${body}${next}`;
    const half = length - LIMIT / 2;
    const chunked = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n" +
      `${half.toString(16)}\r\n${body.slice(0, half)}\r\n` +
      `${(LIMIT / 2).toString(16)}\r\n${body.slice(half)}\r\n0\r\n\r\n${next}`;
    for (const text of [plain, chunked]) {
      const [first, second] = read(text, [1_000_000, 2_000_000]);
      assertEquals(first?.body?.length, isRead ? length : undefined);
      assertEquals(second?.target, "/next");
    }
  });
}

/** What is no request, and why. */
const BAD: readonly (readonly [string, string])[] = [
  ["\r\n\r\n", "Bad request line ''"],
  ["GET /\r\n\r\n", "Bad request line 'GET /'"],
  ["GET / HTTP/2\r\n\r\n", "Bad request line 'GET / HTTP/2'"],
  ["GET  / HTTP/1.1\r\n\r\n", "Bad request line 'GET  / HTTP/1.1'"],
  ["GET http://x/ HTTP/1.1\r\n\r\n", "Bad request line 'GET http://x/ HTTP/1.1'"],
  ["GET / HTTP/1.1\r\nhost\r\n\r\n", "Bad header 'host'"],
  ["GET / HTTP/1.1\r\n: x\r\n\r\n", "Bad header ': x'"],
  ["POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n", "Bad content length '-1'"],
  ["POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nz\r\n", "Bad chunk size 'z'"],
  ["POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n", "Bad end of a chunk"],
  ["x".repeat(65_537), "No end of a line or head within 65536 bytes"],
];

for (const [text, message] of BAD) {
  Deno.test(`What is no request is refused: ${message}`, () => {
    assertThrows(() => read(text), SyntaxError, message);
  });
}
