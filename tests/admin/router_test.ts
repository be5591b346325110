import { assertEquals, assertStringIncludes } from "@std/assert";
import { json } from "../../src/admin/answers.ts";
import { router } from "../../src/admin/router.ts";

const failures: unknown[] = [];
const answer = router({
  "/list": (url) => json(200, { filter: url.searchParams.get("filter") }),
  "/list/": (_, rest) => json(200, { rest }),
  "/broken": () => {
    throw new Error("secret detail");
  },
}, (error) => failures.push(error));

function ask(path: string, method = "GET"): Promise<Response> {
  return answer(new Request(`http://127.0.0.1:1${path}`, { method }));
}

Deno.test("A path leads to its route, with its query or with what follows it", async () => {
  assertEquals(await (await ask("/list?filter=a%20b")).json(), { filter: "a b" });
  assertEquals(await (await ask("/list/12")).json(), { rest: "12" });
});

Deno.test("A path that leads nowhere is told where to go", async () => {
  for (
    const path of ["/", "/lists", "/list/", "/list/1/2", "//list", "/constructor", "/__proto__"]
  ) {
    const response = await ask(path);
    assertEquals([path, response.status], [path, 404]);
    assertEquals(await response.json(), {
      error: "There is nothing here: expected /list, /list/, /broken",
    });
  }
});

Deno.test("Only GET and HEAD are answered", async () => {
  for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
    const response = await ask("/list", method);
    assertEquals([response.status, response.headers.get("allow")], [405, "GET, HEAD"]);
    await response.body?.cancel();
  }
});

Deno.test("HEAD has the headers of GET, and no body", async () => {
  const response = await ask("/list", "HEAD");
  assertEquals([response.status, await response.text()], [200, ""]);
  assertStringIncludes(response.headers.get("content-type") ?? "", "application/json");
});

Deno.test("A route that fails is told to the log, and its words to nobody else", async () => {
  const response = await ask("/broken");
  assertEquals(response.status, 500);
  assertEquals(await response.json(), { error: "Failed to answer, the log says why" });
  assertEquals(failures.map(String), ["Error: secret detail"]);
});

Deno.test("Every answer forbids to load, to frame, to guess and to keep", async () => {
  for (
    const [path, method] of [["/list", "GET"], ["/", "GET"], ["/list", "POST"], ["/broken", "GET"]]
  ) {
    const { headers, body } = await ask(path ?? "", method);
    await body?.cancel();
    assertEquals(
      headers.get("content-security-policy"),
      "default-src 'none'; frame-ancestors 'none'",
    );
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    assertEquals(headers.get("cache-control"), "no-store");
    assertEquals(headers.get("referrer-policy"), "no-referrer");
  }
});
