import * as z from "zod";
import { Instant } from "../../../src/ground/instant.ts";
import type { ApiFault, Requests } from "../plan.ts";
import type { Post } from "./posts.ts";
import { type Row, type RuleTable, shownAs } from "./rule_table.ts";
import type { SensorProcess } from "./sensor_process.ts";
import type { Timeline } from "./timeline.ts";

/** What `slow` adds. */
const SLOW_MS = 3000;
const PAGE_SIZE = 100;
const RETRY_AFTER_SECONDS = "2";

const Event = z.object({
  payload: z.object({
    rule_id: z.int(),
    scheduled_at: Instant,
    fired_at: Instant,
    occurrence_id: z.string(),
    execution_count: z.int(),
    missed_count: z.int().default(0),
  }),
});

/** What the API tells whoever watches. */
export interface ApiWatch {
  /** A process has sent an event. */
  sent(process: SensorProcess, post: Post): void;
  /** An answer has reached a process: what it says of rules, `null` that there is none of a ref. */
  read(process: SensorProcess, ref: string, row: Row | null): void;
}

interface Fault {
  readonly fault: ApiFault;
  readonly of: Requests;
}

/** What the API makes of a request. */
interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** The rules that it shows, by their refs. */
  readonly shown?: readonly (readonly [string, Row | null])[];
}

/** The API of the platform, as far as a timer sensor uses it (contract 2), and what is wrong with it. */
export class PlatformApi {
  readonly #timeline: Timeline;
  readonly #rules: RuleTable;
  readonly #watch: ApiWatch;
  readonly #latencyMs: number;
  readonly #skewMs: number;
  readonly #faults = new Set<Fault>();
  #events = 0;

  constructor({ timeline, rules, watch, latencyMs, skewMs }: {
    timeline: Timeline;
    rules: RuleTable;
    watch: ApiWatch;
    /** To the API and back. */
    latencyMs: number;
    /** Its clock less true time. */
    skewMs: number;
  }) {
    this.#timeline = timeline;
    this.#rules = rules;
    this.#watch = watch;
    this.#latencyMs = latencyMs;
    this.#skewMs = skewMs;
  }

  /** Something is wrong until the result is disposed of. */
  fail(fault: ApiFault, of: Requests): Disposable {
    const entry = { fault, of };
    this.#faults.add(entry);
    return { [Symbol.dispose]: () => void this.#faults.delete(entry) };
  }

  /** `fetch` of a process. */
  fetch(process: SensorProcess, url: string, init: RequestInit): Promise<Response> {
    if (!process.acts()) return new Promise(() => {});
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const isPost = init.method === "POST";
    const post = isPost ? this.#postOf(process, init.body) : null;
    if (post !== null) this.#watch.sent(process, post);
    const { signal } = init;
    let isOver = false;
    const settle = (act: () => void) =>
      process.gate(() => {
        if (isOver) return;
        isOver = true;
        if (post !== null) post.isUnderWay = false;
        act();
      });
    signal?.addEventListener("abort", () => settle(() => reject(signal.reason)), { once: true });
    this.#after(this.#latencyMs / 2, () => {
      const fault = this.#faultOf(isPost);
      const broken = () => settle(() => reject(new TypeError("connection reset by peer")));
      if (fault === "down") return broken();
      if (fault === "hang") return;
      const slowMs = fault === "slow" ? SLOW_MS : 0;
      this.#after(slowMs / 2, () => {
        const answer = answerOf(fault) ?? this.#serve(new URL(url), post);
        // What a proxy says is not the platform's word.
        if (post !== null && fault !== "proxy") post.status = answer.status;
        this.#after((this.#latencyMs + slowMs) / 2, () => {
          if (fault === "answers lost") return broken();
          settle(() => {
            if (post !== null) post.isAnswered = true;
            for (const [ref, row] of answer.shown ?? []) this.#watch.read(process, ref, row);
            resolve(this.#response(answer, fault));
          });
        });
      });
    });
    return promise;
  }

  #after(ms: number, act: () => void): void {
    if (ms === 0) queueMicrotask(act);
    else this.#timeline.after(ms, act);
  }

  #faultOf(isPost: boolean): ApiFault | null {
    for (const { fault, of } of this.#faults) {
      if (of === "all" || (of === "posts") === isPost) return fault;
    }
    return null;
  }

  #serve({ pathname, searchParams }: URL, post: Post | null): Answer {
    if (post !== null) return this.#store(post);
    if (pathname === "/health") return { status: 200, body: { status: "ok" } };
    const [, , , kind, name = "", part] = pathname.split("/");
    const ref = decodeURIComponent(name);
    if (kind === "triggers" && part === "rules") {
      return this.#page(ref, Number(searchParams.get("page")));
    }
    const row = this.#rules.get(ref) ?? null;
    const shown = [[ref, row]] as const;
    if (row === null) {
      return { status: 404, body: { error: `Rule '${ref}' not found`, code: "NOT_FOUND" }, shown };
    }
    return { status: 200, body: { data: shownAs(row) }, shown };
  }

  #page(triggerRef: string, page: number): Answer {
    const all = this.#rules.ofTrigger(triggerRef);
    const rows = all.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
    const total_pages = Math.ceil(all.length / PAGE_SIZE);
    return {
      status: 200,
      body: {
        items: rows.map(shownAs),
        pagination: { page, page_size: PAGE_SIZE, total_items: all.length, total_pages },
      },
      shown: rows.map((row) => [row.ref, row] as const),
    };
  }

  #store(post: Post): Answer {
    post.storedAt = this.#timeline.now;
    post.isOrphan = this.#rules.byId(post.ruleId) === undefined;
    const rule = post.isOrphan ? null : post.ruleId;
    return { status: 201, body: { data: { id: ++this.#events, rule } } };
  }

  #postOf(process: SensorProcess, body: BodyInit | null | undefined): Post {
    const { payload } = Event.parse(JSON.parse(String(body)));
    return {
      process: process.number,
      sentAt: this.#timeline.now,
      ruleId: payload.rule_id,
      occurrenceId: payload.occurrence_id,
      scheduledAt: payload.scheduled_at,
      firedAt: payload.fired_at,
      executionCount: payload.execution_count,
      missedCount: payload.missed_count,
      isUnderWay: true,
      storedAt: null,
      status: null,
      isOrphan: false,
      isAnswered: false,
    };
  }

  #response({ status, body }: Answer, fault: ApiFault | null): Response {
    const text = fault === "proxy" ? "<html><title>Not here</title></html>" : JSON.stringify(body);
    const headers: Record<string, string> = {
      "content-type": fault === "proxy" ? "text/html" : "application/json",
      "content-length": String(text.length),
      "date": new Date(this.#timeline.now + this.#skewMs).toUTCString(),
    };
    if (status === 429) headers["retry-after"] = RETRY_AFTER_SECONDS;
    return new Response(text, { status, headers });
  }
}

/** What is answered without the API's doing anything. */
function answerOf(fault: ApiFault | null): Answer | null {
  switch (fault) {
    case "500":
      return { status: 500, body: { error: "Internal error", code: "INTERNAL_ERROR" } };
    case "429":
      return { status: 429, body: { error: "Too many requests", code: "RATE_LIMITED" } };
    case "422":
      return { status: 422, body: { error: "Invalid", code: "VALIDATION_ERROR" } };
    case "proxy":
      return { status: 404, body: null };
    default:
      return null;
  }
}
