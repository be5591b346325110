import { type Answer, json } from "./answers.ts";
import { type Call, queryU32, readJson } from "./call.ts";
import { pageOffset, pageWithTotals } from "./paging.ts";
import type { Route } from "./router.ts";
import { CreateRequest, listedRule, type RuleRow, UpdateRequest } from "./rule_shapes.ts";
import type { RuleTable } from "./rule_table.ts";
import type { Rules } from "./rules.ts";
import type { Triggers } from "./triggers.ts";

const MAX_LIMIT = 100;
const DEFAULT_PAGE_SIZE = 50;

/** The routes of rules and triggers (contract 2.4). */
export function ruleRoutes(rules: Rules, triggers: Triggers): readonly Route[] {
  const table = rules.silently;
  return [
    { method: "GET", pattern: "/api/v1/rules", handler: (call) => listAll(call, table) },
    {
      method: "GET",
      pattern: "/api/v1/rules/enabled",
      handler: (call) => listEnabled(call, table),
    },
    {
      method: "GET",
      pattern: "/api/v1/triggers/{ref}/rules",
      handler: (call) => listOfTrigger(call, table, triggers),
    },
    {
      method: "GET",
      pattern: "/api/v1/triggers/{ref}",
      handler: (call) => json(200, { data: triggers.get(call.param("ref")) }),
    },
    {
      method: "POST",
      pattern: "/api/v1/rules",
      handler: async (call) =>
        changed(201, await rules.insert(readJson(call, CreateRequest)), "created"),
    },
    {
      method: "GET",
      pattern: "/api/v1/rules/{ref}",
      handler: (call) => json(200, { data: table.get(call.param("ref")) }),
    },
    {
      method: "PUT",
      pattern: "/api/v1/rules/{ref}",
      handler: async (call) =>
        changed(
          200,
          await rules.update(call.param("ref"), readJson(call, UpdateRequest)),
          "updated",
        ),
    },
    {
      method: "DELETE",
      pattern: "/api/v1/rules/{ref}",
      handler: async (call) => {
        const { ref } = await rules.delete(call.param("ref"));
        return json(200, { success: true, message: `Rule '${ref}' deleted successfully` });
      },
    },
    {
      method: "POST",
      pattern: "/api/v1/rules/{ref}/enable",
      handler: async (call) => changed(200, await rules.enable(call.param("ref")), "enabled"),
    },
    {
      method: "POST",
      pattern: "/api/v1/rules/{ref}/disable",
      handler: async (call) => changed(200, await rules.disable(call.param("ref")), "disabled"),
    },
  ];
}

function changed(status: number, row: RuleRow, what: string): Answer {
  return json(status, { data: row, message: `Rule ${what} successfully` });
}

/** Which rows a list is asked for. */
interface Wanted {
  readonly page: number;
  readonly pageSize: number;
  readonly offset: number;
  readonly limit: number;
}

// The rows are limited to 100, but neither the offset nor the echo knows of that limit: who asks for
// pages of 200 is given rows 0-99, then 200-299.
function wanted(call: Call): Wanted {
  const page = queryU32(call, "page", 1);
  const pageSize = queryU32(call, "page_size", DEFAULT_PAGE_SIZE);
  return {
    page,
    pageSize,
    offset: pageOffset(Math.max(page, 1), pageSize),
    limit: Math.min(pageSize, MAX_LIMIT),
  };
}

function listAll(call: Call, table: RuleTable): Answer {
  const asked = wanted(call);
  return list(asked, table.page(asked.offset, asked.limit), table.count());
}

function listOfTrigger(call: Call, table: RuleTable, triggers: Triggers): Answer {
  const asked = wanted(call);
  const { id } = triggers.get(call.param("ref"));
  return list(asked, table.page(asked.offset, asked.limit, id), table.count(id));
}

function listEnabled(call: Call, table: RuleTable): Answer {
  const asked = wanted(call);
  const enabled = table.page(0, table.count()).filter((row) => row.enabled);
  return list(asked, enabled.slice(asked.offset, asked.offset + asked.limit), enabled.length);
}

function list({ page, pageSize }: Wanted, rows: readonly RuleRow[], total: number): Answer {
  return json(200, pageWithTotals(rows.map(listedRule), page, pageSize, total));
}
