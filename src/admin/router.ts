import { problem } from "./answers.ts";

/** Answers a GET request; `rest` is what follows the path of a route that ends in a slash. */
export type Route = (url: URL, rest: string) => Response | Promise<Response>;

/** By path. One that ends in a slash, but for `/`, takes whatever path begins with it and is not just it. */
export type Routes = Readonly<Record<string, Route>>;

/** Answers a request. Does not reject. */
export type Handler = (request: Request) => Promise<Response>;

/**
 * Answers what is asked for by the routes: GET and HEAD alone, for nothing is changed here. `failed` is
 * told of a route that throws.
 */
export function router(routes: Routes, failed: (error: unknown) => void): Handler {
  return async (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return problem(405, "Only GET and HEAD are answered", { allow: "GET, HEAD" });
    }
    // The host in it is as the client wrote it.
    const url = URL.parse(request.url);
    if (url === null) return problem(400, "The request names no valid host");
    const found = find(routes, url.pathname);
    if (found === null) {
      return problem(404, `There is nothing here: expected ${Object.keys(routes).join(", ")}`);
    }
    try {
      const response = await found.route(url, found.rest);
      if (request.method === "GET") return response;
      // What is left unread would keep its place among those that may listen.
      await response.body?.cancel();
      return new Response(null, response);
    } catch (error) {
      failed(error);
      return problem(500, "Failed to answer, the log says why");
    }
  };
}

function find(routes: Routes, path: string): { route: Route; rest: string } | null {
  const exact = path.endsWith("/") && path !== "/" ? undefined : routes[path];
  if (exact !== undefined) return { route: exact, rest: "" };
  const end = path.lastIndexOf("/") + 1;
  const rest = path.slice(end);
  const route = rest === "" || end === 1 ? undefined : routes[path.slice(0, end)];
  return route === undefined ? null : { route, rest };
}
