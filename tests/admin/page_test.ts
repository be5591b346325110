import { assert, assertEquals, assertMatch } from "@std/assert";
import { FakeClock } from "../support/fake_clock.ts";
import { handlerOf } from "./support.ts";

const answer = handlerOf(new FakeClock(), {});

async function ask(path: string): Promise<{ response: Response; text: string }> {
  const response = await answer(new Request(`http://localhost${path}`));
  return { response, text: await response.text() };
}

Deno.test("The page is HTML without script, style or handlers of its own, and its policy allows none", async () => {
  const { response, text } = await ask("/");
  assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
  const policy = response.headers.get("content-security-policy") ?? "";
  assertMatch(policy, /^default-src 'none'; /);
  assertEquals(policy.match(/unsafe|\*|data:|https?:/g), null);
  assertEquals(text.match(/<style|<script(?![^>]* src=)|\s(?:style|on\w+)=/g), null);
  assertEquals(response.headers.get("x-content-type-options"), "nosniff");
});

Deno.test("The page and its parts name nothing but parts that there are", async () => {
  const parts = new Set<string>(["/"]);
  for (const path of parts) {
    const { response, text } = await ask(path);
    assert(response.status !== 404, path);
    const named = text.matchAll(/(?:href|src)="([^"]+)"|from "([^"]+)"/g);
    for (const [, link, module] of named) {
      parts.add(new URL(link ?? module ?? "", `http://localhost${path}`).pathname);
    }
    assertEquals(text.match(/https?:\/\/(?!www\.w3\.org\/)/g), null, path);
  }
  assert(parts.size > 10, [...parts].join());
});

Deno.test("No part of the page makes markup out of a text", async () => {
  for (const name of ["page", "dom", "details", "search", "facts", "chart", "words"]) {
    const { response, text } = await ask(`/page/${name}.js`);
    assertEquals(response.headers.get("content-type"), "text/javascript; charset=utf-8");
    assertEquals(text.match(/innerHTML|outerHTML|insertAdjacent|document\.write|eval\(/g), null);
  }
});

Deno.test("What is no part of the page is not found", async () => {
  for (const path of ["/page/none.js", "/page/", "/page/__proto__", "/page", "/index.html"]) {
    assertEquals([path, (await ask(path)).response.status], [path, 404]);
  }
});
