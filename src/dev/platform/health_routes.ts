import { empty, json } from "./answers.ts";
import type { Route } from "./router.ts";

/** The health routes (contract 2.1). The platform itself is always well: what ails it is a fault. */
export const HEALTH_ROUTES: readonly Route[] = [
  { method: "GET", pattern: "/health", handler: () => json(200, { status: "ok" }) },
  {
    method: "GET",
    pattern: "/health/detailed",
    handler: () => json(200, { status: "ok", version: "0.1.0", database: "connected" }),
  },
  { method: "GET", pattern: "/health/ready", handler: () => empty(200) },
  { method: "GET", pattern: "/health/live", handler: () => empty(200) },
];
