import { assertEquals } from "@std/assert";
import * as z from "zod";
import { VERSION } from "../../src/ground/version.ts";

const ROOT = new URL("../../", import.meta.url);

const Imports = z.object({ imports: z.record(z.string(), z.string()) });
const Lock = z.object({
  specifiers: z.record(z.string(), z.string()),
  npm: z.record(z.string(), z.unknown()),
});

async function read<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  return schema.parse(JSON.parse(await Deno.readTextFile(new URL(path, ROOT))));
}

Deno.test("The program's version is that of deno.json", async () => {
  assertEquals((await read("deno.json", z.object({ version: z.string() }))).version, VERSION);
});

Deno.test("The stand-in import map names the same npm packages as deno.json", async () => {
  const { imports } = await read("deno.json", Imports);
  const standIn = (await read("src/deps/import_map.json", Imports)).imports;
  const npm = (all: Record<string, string>) =>
    Object.entries(all).filter(([, target]) => target.startsWith("npm:")).toSorted();
  assertEquals(npm(standIn), npm(imports));
});

Deno.test("The stand-in import map covers each jsr: package of deno.json", async () => {
  const { imports } = await read("deno.json", Imports);
  const standIn = Object.keys((await read("src/deps/import_map.json", Imports)).imports);
  const uncovered = Object.entries(imports).filter(([, target]) => target.startsWith("jsr:"))
    .map(([name]) => name).filter((name) =>
      !standIn.some((it) => it === name || it.startsWith(`${name}/`))
    );
  assertEquals(uncovered, []);
});

Deno.test("Both lock files hold the same npm packages, the stand-ins' own aside", async () => {
  const real = (await read("deno.lock", Lock)).npm;
  const { "deno-std@1.4.0": standIn, ...rest } = (await read("src/deps/deno.lock", Lock)).npm;
  assertEquals(typeof standIn, "object");
  assertEquals(rest, real);
});

Deno.test("deno.lock holds each import of deno.json with its integrity", async () => {
  const { imports } = await read("deno.json", Imports);
  const { specifiers } = await read("deno.lock", Lock);
  const missing = Object.values(imports).map((it) => it.replace(/^(npm:[^@/]+@[^/]+)\/.*/, "$1"))
    .filter((it) => specifiers[it] === undefined);
  assertEquals(missing, []);
});
