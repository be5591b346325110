import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import * as z from "zod";
import { BUNDLE, FOLDER, NAME, V8_FLAGS } from "../../src/dev/artefacts.ts";
import { Checkout, runToEnd } from "../support/checkout.ts";

/** Any executable of this system stands in for the base runtime: what is built does not run, but is whole. */
const PLACEHOLDER = "/bin/true";
const LINUX = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"];
const MARK = "d3n0l4nd";

const Metadata = z.object({
  argv: z.array(z.string()),
  code_cache_key: z.unknown(),
  permissions: z.looseObject({ prompt: z.boolean() }),
  entrypoint_key: z.string(),
  v8_flags: z.array(z.string()),
  env_vars_from_env_file: z.record(z.string(), z.string()),
  app_name: z.string(),
});

let checkout: Checkout;
Deno.test.beforeAll(async () => {
  checkout = await Checkout.make();
});
Deno.test.afterAll(() => checkout[Symbol.asyncDispose]());

async function compile(...targets: readonly string[]): Promise<string[]> {
  const env = { DENORT_BIN: PLACEHOLDER };
  const { code, stderr } = await checkout.task(["compile", "--", ...targets], env);
  assertEquals(code, 0, stderr);
  return targets.map((target) => checkout.file(`${FOLDER}/${NAME}-${target}`));
}

/** What `deno compile` wrote behind the base runtime: a mark, a length and JSON. */
function metadataOf(executable: Uint8Array): z.infer<typeof Metadata> {
  const text = new TextDecoder("latin1").decode(executable);
  const start = text.indexOf(`${MARK}${MARK}`) + 2 * MARK.length;
  const view = new DataView(executable.buffer, executable.byteOffset);
  const length = Number(view.getBigUint64(start, true));
  return Metadata.parse(JSON.parse(text.slice(start + 8, start + 8 + length)));
}

Deno.test("An executable holds the bundle, its permissions, its flags and its name, and nothing of this machine", async () => {
  const [path = ""] = await compile(...LINUX);
  const executable = await Deno.readFile(path);
  const { permissions, v8_flags, ...metadata } = metadataOf(executable);
  const granted = Object.entries(permissions).filter(([name, hosts]) =>
    name.startsWith("allow_") && name !== "allow_import" && hosts !== null
  );
  assertEquals(granted, [["allow_env", []], ["allow_net", []]]);
  assertEquals(permissions.prompt, false);
  // The others are what `deno compile` gives to every executable.
  assertEquals(`--v8-flags=${v8_flags.slice(-2).join(",")}`, V8_FLAGS);
  assertEquals(metadata, {
    argv: [],
    code_cache_key: null,
    entrypoint_key: `${NAME}.js`,
    env_vars_from_env_file: {},
    app_name: NAME,
  });
  const text = new TextDecoder("latin1").decode(executable);
  const bundle = new TextDecoder("latin1").decode(await Deno.readFile(checkout.file(BUNDLE)));
  assertStringIncludes(text, bundle);
  assertEquals(text.includes(checkout.path), false);
});

Deno.test("The same sources make the same executable, and SHA256SUMS holds each one's sum", async () => {
  const paths = await compile(...LINUX);
  const first = await Promise.all(paths.map((path) => Deno.readFile(path)));
  await compile(...LINUX);
  for (const [index, path] of paths.entries()) {
    assertEquals(await Deno.readFile(path), first[index]);
  }
  const checked = await runToEnd("sha256sum", ["--check", "--strict", "SHA256SUMS"], {
    cwd: checkout.file(FOLDER),
  });
  assertEquals([checked.code, checked.stdout], [
    0,
    LINUX.map((target) => `${NAME}-${target}: OK\n`).join(""),
  ]);
});

Deno.test("Without a base runtime compile tells the ways to one, and ends with exit code 1", async () => {
  const env = { DENORT_BIN: "/nowhere/denort" };
  const { code, stderr } = await checkout.task(["compile"], env);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "set DENORT_BIN to a denort");
  assertMatch(stderr, /put denort-\S+\.zip .*\n +\/\S+\/dl\/release\/v\d+\.\d+\.\d+\//);
  assertStringIncludes(stderr, `run the bundle, which is complete: ${BUNDLE}`);
});

Deno.test("A target that is none is refused with the list of those that are", async () => {
  for (const arg of ["--target", "x86_64-unknown-linux-musl"]) {
    const { code, stderr } = await checkout.task(["compile", arg]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "aarch64-apple-darwin, x86_64-pc-windows-msvc");
  }
});
