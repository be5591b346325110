/**
 * `stub_api.ts [rules]`: as much of the Attune API as a sensor uses, answering at once. Prints its
 * address. Not the stand-in of src/dev, which would be busier than whoever is measured.
 */
import * as z from "zod";
import { latenessRecord } from "./stub_lateness.ts";
import { StubRules } from "./stub_rules.ts";

const TRIGGER = "core.timer";
const JSON_HEADERS = { headers: { "content-type": "application/json" } };
const CREATED = { status: 201, headers: { "content-type": "application/json" } };

const rules = new StubRules(z.coerce.number().int().min(0).parse(Deno.args[0] ?? "0"));
const lateness = latenessRecord();
let events = 0;

async function answer(request: Request): Promise<Response> {
  const { url, method } = request;
  const path = url.slice(url.indexOf("/", "http://".length));
  if (method === "POST" && path === "/api/v1/events") {
    lateness.note(request.headers.get("idempotency-key"));
    // Unread, it would cost the connection.
    await request.text();
    return new Response(`{"data":{"id":${++events},"rule":7}}`, CREATED);
  }
  if (method === "POST") return await control(path.slice(1), request);
  if (path === "/health") return new Response(`{"status":"ok"}`, JSON_HEADERS);
  const found = /^\/api\/v1\/(?:triggers\/(.+)\/rules\?page=(\d+)|rules\/(.+))/.exec(path);
  if (found === null) return new Response(null, { status: 404 });
  const [, trigger, page, ref] = found;
  if (ref !== undefined) return new Response(rules.one(ref), JSON_HEADERS);
  return new Response(rules.page(trigger === TRIGGER ? Number(page) : null), JSON_HEADERS);
}

/** What the benchmark asks for. */
async function control(order: string, request: Request): Promise<Response> {
  const body: unknown = await request.json();
  if (order === "lateness") return Response.json(lateness.take());
  if (order === "change") return Response.json(rules.change(body));
  return new Response(null, { status: 404 });
}

const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
await Deno.stdout.write(new TextEncoder().encode(`http://127.0.0.1:${server.addr.port}\n`));
