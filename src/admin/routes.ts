import { json } from "./answers.ts";
import type { Finding, Health } from "./health.ts";
import type { Routes } from "./router.ts";

const UNWELL = 503;

/** What can be asked for. */
export function routesOf({ health }: { health: Health }): Routes {
  return {
    "/livez": () => probe(health.live()),
    "/readyz": () => probe(health.ready()),
  };
}

function probe({ isWell, details }: Finding): Response {
  return json(isWell ? 200 : UNWELL, details);
}
