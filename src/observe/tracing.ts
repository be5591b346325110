import {
  type Attributes,
  context,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import type { News } from "./news.ts";
import type { OutboundEvent, PostResult } from "../domain/event.ts";
import type { Fire } from "../timers/fire.ts";
import { VERSION } from "../ground/version.ts";

/** Posts an event. */
export type Post = (event: OutboundEvent, signal: AbortSignal) => Promise<PostResult>;

/** What is told of a fire to OpenTelemetry: a span from its scheduled instant to where its event ended. */
export interface Tracing {
  /** Posts an event so that its requests stand below its span. */
  post(post: Post, event: OutboundEvent, signal: AbortSignal): Promise<PostResult>;
  /** Takes news. */
  listen(news: News): void;
}

/** Tracing, where the runtime has been told to do it (`OTEL_DENO=true`); else nothing, at no cost. */
export function openTracing(): Tracing | null {
  const provider = trace.getTracerProvider();
  // The runtime puts its own in the place of this one, whose tracers do nothing.
  if (provider instanceof ProxyTracerProvider) return null;
  return new SpanTracing(provider.getTracer("attune-core-timer-sensor", VERSION));
}

/** The same with its requests traced, where anything is. */
export function traced(tracing: Tracing | null, post: Post): Post {
  return tracing === null ? post : (event, signal) => tracing.post(post, event, signal);
}

class SpanTracing implements Tracing {
  readonly #tracer: Tracer;
  /** Those that have not ended: an event that nobody has any more takes its span along. */
  readonly #spans = new WeakMap<OutboundEvent, Span>();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  listen(news: News): void {
    switch (news.kind) {
      case "timer_fired":
        return this.#fired(news.fire, news.event);
      case "event_stored": {
        const { event, result: { eventId, ruleGone } } = news;
        const attributes = { "attune.event.id": eventId };
        return this.#end(event, "delivered", ruleGone ? "the rule is gone" : null, attributes);
      }
      case "event_refused":
        return this.#end(news.event, "refused", news.reason);
      case "event_retrying":
        return void this.#spans.get(news.event)?.addEvent("retrying", { reason: news.reason });
      case "event_parked":
        return this.#end(news.event, "parked", null);
      case "event_dropped":
        return this.#end(news.event, "dropped", "too many events wait");
      case "event_expired":
        return this.#end(news.event, "expired", "it was in the outbox for too long");
      case "event_discarded":
        return this.#end(news.event, "discarded", "the rule is gone");
      case "event_duplicate":
        return this.#end(news.event, "duplicate", null);
    }
  }

  #fired(fire: Fire, event: OutboundEvent): void {
    const { scheduledAt, dueAt, firedAt, timer, missedCount } = fire;
    const span = this.#begin("timer.fire", event, scheduledAt, {
      "attune.timer.kind": timer.kind,
      "attune.timer.lateness_ms": firedAt - dueAt,
      "attune.timer.missed_count": missedCount,
    });
    span.addEvent("scheduled", undefined, scheduledAt);
    span.addEvent("fired", undefined, firedAt);
  }

  post(post: Post, event: OutboundEvent, signal: AbortSignal): Promise<PostResult> {
    // The span of one out of the outbox ended when it was put there, perhaps in another process.
    const span = this.#spans.get(event) ?? this.#begin("timer.deliver", event, undefined, {});
    return context.with(trace.setSpan(ROOT_CONTEXT, span), () => post(event, signal));
  }

  #begin(
    name: string,
    event: OutboundEvent,
    startTime: number | undefined,
    attributes: Attributes,
  ): Span {
    const { ruleId, ruleRef, triggerRef, occurrenceId } = event;
    const options = {
      kind: SpanKind.INTERNAL,
      attributes: {
        "attune.rule.id": ruleId,
        "attune.rule.ref": ruleRef,
        "attune.trigger.ref": triggerRef,
        "attune.occurrence.id": occurrenceId,
        ...attributes,
      },
      ...(startTime === undefined ? {} : { startTime }),
    };
    // A trace of its own, whatever was going on when it fell due.
    const span = this.#tracer.startSpan(name, options, ROOT_CONTEXT);
    this.#spans.set(event, span);
    return span;
  }

  #end(
    event: OutboundEvent,
    outcome: string,
    error: string | null,
    attributes: Attributes = {},
  ): void {
    const span = this.#spans.get(event);
    if (span === undefined) return;
    this.#spans.delete(event);
    span.addEvent(outcome);
    span.setAttributes({ "attune.outcome": outcome, ...attributes });
    if (error !== null) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
    span.end();
  }
}
