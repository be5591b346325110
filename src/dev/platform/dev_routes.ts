import * as z from "zod";
import { empty, json } from "./answers.ts";
import { queryU32, readJson } from "./call.ts";
import type { EventTable } from "./event_table.ts";
import { FaultRequest, type Faults } from "./faults.ts";
import type { Route } from "./router.ts";
import { DraftRequest } from "./rule_shapes.ts";
import type { RuleTable } from "./rule_table.ts";

/** What a separate process may look at and break. */
export interface DevRoutesOptions {
  readonly faults: Faults;
  readonly events: EventTable;
  readonly rules: RuleTable;
  readonly requests: ReadonlyMap<string, number>;
  /** Takes the listener down for so many milliseconds. */
  readonly downFor: (ms: number) => void;
}

const MAX_EVENTS = 10_000;

const Down = z.strictObject({ kind: z.literal("down"), ms: z.number().positive() });
const Request = z.union([FaultRequest, Down]);

/**
 * Routes that the real platform does not have, for tests in other processes; none needs a token.
 * `/_dev/faults`: POST one (a `FaultSpec`, or `{"kind": "down", "ms": n}`), GET them, DELETE them all.
 * `/_dev/events?after=<id>&limit=<n>`: events with headers and the rules they ran, oldest first.
 * `/_dev/requests`: counts by route. `/_dev/rules`: POST an array of drafts, as a pack's loader would.
 */
export function devRoutes(options: DevRoutesOptions): readonly Route[] {
  const { faults, events, rules, requests, downFor } = options;
  return [
    {
      method: "GET",
      pattern: "/_dev/faults",
      handler: () => json(200, faults.all.map(({ fault, hits }) => ({ ...fault, hits }))),
    },
    {
      method: "POST",
      pattern: "/_dev/faults",
      handler: (call) => {
        const spec = readJson(call, Request);
        if (spec.kind === "down") return { ...empty(202), afterwards: () => downFor(spec.ms) };
        faults.add(spec);
        return empty(201);
      },
    },
    {
      method: "DELETE",
      pattern: "/_dev/faults",
      handler: () => {
        faults.clear();
        return empty(204);
      },
    },
    {
      method: "GET",
      pattern: "/_dev/events",
      handler: (call) =>
        json(200, events.after(queryU32(call, "after", 0), queryU32(call, "limit", MAX_EVENTS))),
    },
    {
      method: "GET",
      pattern: "/_dev/requests",
      handler: () => json(200, Object.fromEntries(requests)),
    },
    {
      method: "POST",
      pattern: "/_dev/rules",
      handler: (call) => {
        const drafts = readJson(call, z.array(DraftRequest));
        return json(201, drafts.map((draft) => rules.insert(draft, null).id));
      },
    },
  ];
}
