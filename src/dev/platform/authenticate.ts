import { authError } from "./answers.ts";
import type { Call } from "./call.ts";
import type { Route } from "./router.ts";
import type { Caller, Tokens } from "./tokens.ts";

/** A request of which it is known who makes it. */
export interface AuthenticatedCall extends Call {
  readonly caller: Caller;
}

const BEARER = "Bearer ";

/** Tells who calls. Throws the authentication extractor's refusals (contract 2.2). */
export async function authenticate(call: Call, tokens: Tokens): Promise<Caller> {
  const header = call.headers["authorization"];
  if (header === undefined) throw authError("Missing authentication token");
  if (!header.startsWith(BEARER)) throw authError("Invalid authentication token");
  const caller = await tokens.verify(header.slice(BEARER.length));
  if (caller.kind === "refresh") throw authError("Invalid authentication token");
  return caller;
}

/** Routes that need a token: it is looked at before anything else of the request. */
export function secured(
  tokens: Tokens,
  routes: readonly Route<AuthenticatedCall>[],
): readonly Route[] {
  return routes.map((route) => ({
    ...route,
    handler: async (call) => route.handler({ ...call, caller: await authenticate(call, tokens) }),
  }));
}
