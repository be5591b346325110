import * as z from "zod";
import { PATIENCE_MS } from "./patience.ts";

const Value = z.union([
  z.object({ stringValue: z.string() }).transform((it) => it.stringValue),
  z.object({ doubleValue: z.number() }).transform((it) => it.doubleValue),
  z.object({ intValue: z.string() }).transform((it) => Number(it.intValue)),
  z.object({ boolValue: z.boolean() }).transform((it) => it.boolValue),
]);
const Attributes = z.array(z.object({ key: z.string(), value: Value }))
  .transform((all) => Object.fromEntries(all.map(({ key, value }) => [key, value])));
const Instant = z.string().transform((nanos) => Math.round(Number(nanos) / 1e6));

const Span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string(),
  name: z.string(),
  startTimeUnixNano: Instant,
  endTimeUnixNano: Instant,
  attributes: Attributes,
  events: z.array(z.object({ name: z.string(), timeUnixNano: Instant })),
  status: z.object({ code: z.number(), message: z.string() }),
}).transform(({ startTimeUnixNano: startAt, endTimeUnixNano: endAt, ...rest }) => ({
  ...rest,
  startAt,
  endAt,
}));
/** A span as it arrived; instants in epoch milliseconds. */
export type Span = z.infer<typeof Span>;

const Traces = z.object({
  resourceSpans: z.array(z.object({
    scopeSpans: z.array(z.object({ spans: z.array(Span) })),
  })),
});

/** A stand-in of an OpenTelemetry collector: OTLP over HTTP, in JSON. */
export class Collector implements AsyncDisposable {
  readonly spans: Span[] = [];
  /** What was sent, as it came. */
  readonly bodies: { readonly path: string; readonly text: string }[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    const options = { port: 0, hostname: "127.0.0.1", onListen() {} };
    this.#server = Deno.serve(options, async (request) => {
      const text = await request.text();
      const path = new URL(request.url).pathname;
      this.bodies.push({ path, text });
      if (path === "/v1/traces") this.#take(text);
      return Response.json({});
    });
  }

  /** The variables by which a process sends here what it does, soon. */
  get env(): Record<string, string> {
    return {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${this.#server.addr.port}`,
      OTEL_BSP_SCHEDULE_DELAY: "100",
    };
  }

  /** The first span of which something holds; fails when it does not come. */
  async span(holds: (span: Span) => boolean): Promise<Span> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const found = this.spans.find(holds);
      if (found !== undefined) return found;
      if (performance.now() > deadline) {
        throw new Error(`No such span among ${this.spans.map(({ name }) => name).join(", ")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #take(text: string): void {
    const { resourceSpans } = Traces.parse(JSON.parse(text));
    this.spans.push(
      ...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    );
  }
}
