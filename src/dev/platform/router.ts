import { type Answer, empty, rejection } from "./answers.ts";
import type { Call } from "./call.ts";

/** One route; `{name}` in its pattern stands for one part of the path. */
export interface Route<C = Call> {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly pattern: string;
  readonly handler: (call: C) => Promise<Answer> | Answer;
}

/** A route that fits, with how to read the path's variable parts; or the answer when none does. */
export type Match =
  | { readonly route: Route; readonly param: Call["param"] }
  | { readonly route: null; readonly answer: Answer };

interface Pattern {
  readonly parts: readonly string[];
  readonly byMethod: Map<string, Route>;
}

/** Finds the route of a request. Paths are compared exactly: a trailing slash is another path. */
export class Router {
  readonly #fixed = new Map<string, Pattern>();
  readonly #variable: Pattern[] = [];

  constructor(routes: readonly Route[]) {
    const patterns = Map.groupBy(routes, ({ pattern }) => pattern);
    for (const [pattern, group] of patterns) {
      const byMethod = new Map(group.map((route) => [route.method, route]));
      const entry: Pattern = { parts: pattern.split("/"), byMethod };
      if (pattern.includes("{")) this.#variable.push(entry);
      else this.#fixed.set(pattern, entry);
    }
  }

  /** The route of a request: 404 for an unknown path, 405 for a known one, both without a body. */
  match(method: string, path: string): Match {
    const parts = path.split("/");
    const pattern = this.#fixed.get(path) ?? this.#variable.find((one) => fits(one.parts, parts));
    if (pattern === undefined) return { route: null, answer: empty(404) };
    const route = pattern.byMethod.get(method === "HEAD" ? "GET" : method);
    if (route === undefined) {
      const allow = [...pattern.byMethod.keys()].join(",");
      return { route: null, answer: empty(405, { allow }) };
    }
    return { route, param: (name) => decoded(parts[pattern.parts.indexOf(`{${name}}`)] ?? "") };
  }
}

function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  return pattern.length === parts.length &&
    pattern.every((part, index) =>
      part.startsWith("{") ? parts[index] !== "" : part === parts[index]
    );
}

// Throws the framework's 400.
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw rejection(400, "Invalid URL: Invalid UTF-8 in path");
  }
}
