import { Buffer } from "node:buffer";
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { systemClock } from "../../ground/clock.ts";
import { type Answer, empty } from "./answers.ts";
import { RequestReader, type WireRequest } from "./request_reader.ts";

/** What becomes of a request on the wire. */
export type Outcome =
  | { readonly kind: "answer"; readonly answer: Answer }
  /** The head of the answer and half of its body, then the end of the connection. */
  | { readonly kind: "cut"; readonly answer: Answer }
  | { readonly kind: "reset" }
  | { readonly kind: "hang" };

/** Decides on a request. Never rejects. */
export type Serve = (request: WireRequest) => Promise<Outcome>;

const BAD_REQUEST = empty(400, { connection: "close" });
const NO_CONTENT = 204;

/** Answers the requests of one connection, one after the other, until either side ends it. */
export function serveConnection(socket: Socket, serve: Serve): void {
  const reader = new RequestReader();
  let last: Promise<void> = Promise.resolve();
  socket.on("error", () => {}); // "close" follows
  socket.on("data", onBytes);

  function onBytes(bytes: Uint8Array): void {
    try {
      for (const request of reader.push(bytes)) {
        last = last.then(async () => carryOut(socket, request, await serve(request)));
      }
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      socket.off("data", onBytes);
      socket.end(headOf(BAD_REQUEST));
    }
  }
}

function carryOut(socket: Socket, request: WireRequest, outcome: Outcome): void | Promise<void> {
  switch (outcome.kind) {
    case "answer":
      return send(socket, request, outcome.answer);
    case "cut": {
      const { answer } = outcome;
      return void socket.end(headOf(answer) + answer.body.slice(0, answer.body.length / 2));
    }
    case "reset":
      return void socket.resetAndDestroy();
    case "hang":
      return new Promise(() => {}); // the requests that follow wait as well
    default:
      return outcome satisfies never;
  }
}

function send(socket: Socket, { method, keepsAlive }: WireRequest, answer: Answer): void {
  const body = method === "HEAD" ? "" : answer.body;
  if (keepsAlive) socket.write(headOf(answer) + body, answer.afterwards);
  else {socket.end(
      headOf({ ...answer, headers: { ...answer.headers, connection: "close" } }) + body,
    );}
}

function headOf({ status, headers, body }: Answer): string {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n`;
  for (const [name, value] of Object.entries(headers)) head += `${name}: ${value}\r\n`;
  if (status !== NO_CONTENT) head += `content-length: ${Buffer.byteLength(body)}\r\n`;
  return `${head}date: ${new Date(systemClock.now()).toUTCString()}\r\n\r\n`;
}
