import type { Registry } from "prom-client";
import { answer, json } from "./answers.ts";
import type { Finding, Health } from "./health.ts";
import type { Routes } from "./router.ts";

const UNWELL = 503;

/** What can be asked about. */
export interface RouteSources {
  readonly health: Health;
  readonly registry: Registry;
}

/** What can be asked for. */
export function routesOf({ health, registry }: RouteSources): Routes {
  return {
    "/livez": () => probe(health.live()),
    "/readyz": () => probe(health.ready()),
    "/metrics": async () => answer(200, await registry.metrics(), registry.contentType),
  };
}

function probe({ isWell, details }: Finding): Response {
  return json(isWell ? 200 : UNWELL, details);
}
