import { answer, problem } from "./answers.ts";
import chart from "./page/chart.js" with { type: "text" };
import details from "./page/details.js" with { type: "text" };
import dom from "./page/dom.js" with { type: "text" };
import facts from "./page/facts.js" with { type: "text" };
import icon from "./page/icon.svg" with { type: "text" };
import html from "./page/page.html" with { type: "text" };
import script from "./page/page.js" with { type: "text" };
import style from "./page/page.css" with { type: "text" };
import search from "./page/search.js" with { type: "text" };
import words from "./page/words.js" with { type: "text" };
import type { Routes } from "./router.ts";

/** The page may load what lies beside it, ask the same server, and nothing else; no text becomes markup. */
const POLICY = [
  "default-src 'none'",
  "connect-src 'self'",
  "img-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

const SCRIPT = "text/javascript; charset=utf-8";
const FILES: ReadonlyMap<string, readonly [text: string, contentType: string]> = new Map([
  ["chart.js", [chart, SCRIPT]],
  ["details.js", [details, SCRIPT]],
  ["dom.js", [dom, SCRIPT]],
  ["facts.js", [facts, SCRIPT]],
  ["icon.svg", [icon, "image/svg+xml"]],
  ["page.css", [style, "text/css; charset=utf-8"]],
  ["page.js", [script, SCRIPT]],
  ["search.js", [search, SCRIPT]],
  ["words.js", [words, SCRIPT]],
]);

/** The page and what belongs to it. It is part of the program, which may read no files. */
export const PAGE_ROUTES: Routes = {
  "/": () => pageOf(html),
  "/page/": (_, name) => {
    const file = FILES.get(name);
    return file === undefined ? problem(404, "The page has no such part") : answer(200, ...file);
  },
};

/** Answers with a page of HTML. */
export function pageOf(text: string): Response {
  const headers = { "content-security-policy": POLICY };
  return answer(200, text, "text/html; charset=utf-8", headers);
}
