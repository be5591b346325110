import type { Registry } from "prom-client";
import type { Clock } from "../ground/clock.ts";
import { answer, json } from "./answers.ts";
import type { Finding, Health } from "./health.ts";
import type { History } from "./history.ts";
import type { Live } from "./live.ts";
import { PAGE_ROUTES } from "./page.ts";
import type { Routes } from "./router.ts";
import type { RuleViews } from "./rule_view.ts";
import { answerDetails } from "./timer_details.ts";
import { TimerList } from "./timer_list.ts";

const UNWELL = 503;

/** What can be asked about. */
export interface RouteSources {
  readonly health: Health;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly views: RuleViews;
  readonly history: History;
  readonly live: Live;
}

/** What can be asked for. */
export function routesOf(sources: RouteSources): Routes {
  const { health, registry, clock, views, live } = sources;
  const list = new TimerList(clock, views);
  return {
    ...PAGE_ROUTES,
    "/live": () => live.answer(),
    "/livez": () => probe(health.live()),
    "/readyz": () => probe(health.ready()),
    "/metrics": async () => answer(200, await registry.metrics(), registry.contentType),
    "/timers": (url) => list.answer(url),
    "/timers/": (_, ruleId) => answerDetails(ruleId, sources),
  };
}

function probe({ isWell, details }: Finding): Response {
  return json(isWell ? 200 : UNWELL, details);
}
