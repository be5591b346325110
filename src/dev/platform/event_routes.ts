import { type Answer, apiError, json, rejection } from "./answers.ts";
import type { AuthenticatedCall } from "./authenticate.ts";
import { type Call, queryBoolean, queryInteger, queryU32, readJson } from "./call.ts";
import { EventRequest, type EventTable, type StoredEvent } from "./event_table.ts";
import type { Announcer } from "./messages.ts";
import { pageOffset, pageWithoutTotals, pageWithTotals } from "./paging.ts";
import type { Route } from "./router.ts";
import type { RuleTable } from "./rule_table.ts";
import type { Caller } from "./tokens.ts";

/** What the routes of events work with. */
export interface EventRoutesOptions {
  readonly events: EventTable;
  readonly rules: RuleTable;
  readonly announcer: Announcer;
}

const DEFAULT_PER_PAGE = 50;

/** The routes of events (contract 2.5 and 2.6). */
export function eventRoutes(options: EventRoutesOptions): readonly Route<AuthenticatedCall>[] {
  const { events, rules } = options;
  return [
    { method: "POST", pattern: "/api/v1/events", handler: (call) => create(call, options) },
    { method: "GET", pattern: "/api/v1/events", handler: (call) => list(call, options) },
    {
      method: "GET",
      pattern: "/api/v1/events/{id}",
      handler: (call) => json(200, { data: shown(events.get(idOf(call)), rules) }),
    },
  ];
}

async function create(call: AuthenticatedCall, options: EventRoutesOptions): Promise<Answer> {
  const { events, rules, announcer } = options;
  const { caller } = call;
  const request = readJson(call, EventRequest);
  if (caller.kind === "access") {
    throw apiError("FORBIDDEN", "Events may only be created by sensor services");
  }
  if (request.trigger_ref === "") {
    throw apiError(
      "VALIDATION_ERROR",
      "Invalid event request: trigger_ref: Validation error: length",
    );
  }
  checkPermission(caller, request.trigger_ref);
  if (hasNul(request.payload) || hasNul(request.config)) {
    throw apiError("DATABASE_ERROR", "Database error: unsupported Unicode escape sequence");
  }
  const { authorization: _, ...headers } = call.headers;
  const event = events.insert(request, caller, headers);
  const answer = json(201, { data: shown(event, rules) });
  await announcer.eventCreated(event);
  return answer;
}

// The platform holds only service accounts to their trigger types, not the sensors it starts itself.
function checkPermission(caller: Caller, triggerRef: string): void {
  if (caller.kind !== "service_account") return;
  if (caller.triggerTypes?.includes(triggerRef) ?? true) return;
  throw apiError(
    "FORBIDDEN",
    `Insufficient permissions to create event for trigger type '${triggerRef}'`,
  );
}

function hasNul(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\0");
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, member]) => name.includes("\0") || hasNul(member));
}

function list(call: Call, { events, rules }: EventRoutesOptions): Answer {
  const filter = {
    triggerId: queryInteger(call, "trigger"),
    sourceId: queryInteger(call, "source"),
    triggerRef: call.query.get("trigger_ref"),
    ruleRef: call.query.get("rule_ref"),
  };
  const page = queryU32(call, "page", 1);
  const perPage = queryU32(call, "per_page", DEFAULT_PER_PAGE);
  const withTotals = queryBoolean(call, "include_total");
  const found = events.page(filter, pageOffset(page, perPage), perPage + 1);
  const items = found.slice(0, perPage).map((event) => listed(event, rules));
  return json(
    200,
    withTotals
      ? pageWithTotals(items, page, perPage, events.count(filter))
      : pageWithoutTotals(items, page, perPage, found.length > perPage),
  );
}

function idOf(call: Call): number {
  const id = call.param("id");
  if (/^[+-]?\d+$/.test(id)) return Number(id);
  throw rejection(400, `Invalid URL: Cannot parse \`${id}\` to a \`i64\``);
}

function listed(event: StoredEvent, rules: RuleTable): Readonly<Record<string, unknown>> {
  return {
    id: event.id,
    trigger: event.triggerId,
    trigger_ref: event.triggerRef,
    source: event.sourceId,
    source_ref: event.sourceRef,
    rule: ruleOf(event, rules),
    rule_ref: event.ruleRef,
    has_payload: event.payload !== null,
    created: event.created,
  };
}

function shown(event: StoredEvent, rules: RuleTable): Readonly<Record<string, unknown>> {
  return {
    id: event.id,
    trigger: event.triggerId,
    trigger_ref: event.triggerRef,
    config: event.config,
    payload: event.payload,
    source: event.sourceId,
    source_ref: event.sourceRef,
    rule: ruleOf(event, rules),
    rule_ref: event.ruleRef,
    created: event.created,
  };
}

// The deletion of a rule leaves its events without one, but with its ref.
function ruleOf(event: StoredEvent, rules: RuleTable): number | null {
  return event.ruleId !== null && rules.byId(event.ruleId) !== undefined ? event.ruleId : null;
}
