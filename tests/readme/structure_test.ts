import { assert, assertEquals } from "@std/assert";
import { FENCES, HEADINGS, PROSE, README } from "./readme.ts";

const ROOT = new URL("../../", import.meta.url);
/** What somebody reads who is at home in the field. */
const WORDS_A_MINUTE = 260;
const MINUTES = 5;
/** What the README has had a section about ever since the sensor in Rust. */
const PROMISED_SECTIONS = [
  "Architecture",
  "Installation",
  "Configuration",
  "Service account setup",
  "Timer configuration",
  "Interval timer",
  "DateTime timer",
  "Cron timer",
  "Running the sensor",
  "Production (systemd)",
  "Monitoring",
  "Logs",
  "Health checks",
  "Troubleshooting",
  "Development",
  "Running tests",
  "Building",
  "Code structure",
  "Contributing",
  "License",
];
const PATH = /(?:^|[\s`(])((?:src|tests|\.github|\.container|\.ci)\/[\w./-]*)/gm;
const TOP_LEVEL_FILE = /(?:^|[\s`(])(main\.ts|install\.sh|deno\.json|LICENSE)\b/gm;

const [beginning = ""] = PROSE.split("\n# Reference\n");

Deno.test("The README's first part reads in five minutes, and has what one reads first", () => {
  const words = beginning.split(/\s+/).filter((word) => /\w/.test(word));
  assert(words.length <= MINUTES * WORDS_A_MINUTE, `${words.length} words`);
  assertEquals(beginning.match(/^## .*$/gm), [
    "## Two commands",
    "## Architecture",
    "## Installation",
    "## Configuration",
    "## What is guaranteed",
    "## Compared with the Rust sensor and StackStorm",
    "## Troubleshooting",
  ]);
});

Deno.test("The README has the sections that were promised, and no two by the same name", () => {
  const names = HEADINGS.map(({ text }) => text);
  assertEquals(PROMISED_SECTIONS.filter((name) => !names.includes(name)), []);
  assertEquals(new Set(names).size, names.length);
});

Deno.test("Every link within the README leads to a heading", () => {
  const anchors = HEADINGS.map(({ anchor }) => anchor);
  const links = [...PROSE.matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor = ""]) => anchor);
  assert(links.length > 30, `${links.length}`);
  assertEquals(links.filter((anchor) => !anchors.includes(anchor)), []);
});

Deno.test("Every section of the reference is in its list, or within one that is", () => {
  const [, reference = ""] = README.split("\n# Reference\n");
  const [list = ""] = reference.split("\n## ");
  const sections = [...reference.replaceAll(/^```[^]*?^```$/gm, "").matchAll(/^## (.*)$/gm)]
    .map(([, name = ""]) => name);
  const anchors = HEADINGS.filter(({ text }) => sections.includes(text));
  const without = anchors.filter(({ anchor }) => !list.includes(`(#${anchor})`));
  assertEquals(without.map(({ text }) => text), ["Monitoring", "License"]);
});

Deno.test("Every file and folder of the project that the README names is there", async () => {
  const named = [PATH, TOP_LEVEL_FILE].flatMap((form) => [...README.matchAll(form)])
    .map(([, path = ""]) => path);
  assert(named.length > 40, `${named.length}`);
  const missing: string[] = [];
  for (const path of new Set(named)) {
    const isThere = await Deno.stat(new URL(path, ROOT)).then(() => true, () => false);
    if (!isThere) missing.push(path);
  }
  assertEquals(missing, []);
});

Deno.test("Every JSON of the README is one", () => {
  for (const { language, text } of FENCES) if (language === "json") JSON.parse(text);
});
