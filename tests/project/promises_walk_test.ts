import { assertEquals } from "@std/assert";
import { ownerlessPromises } from "./promises.ts";

const ROOT = new URL("../../", import.meta.url);
const EXAMPLES = new URL("tests/testdata/ownerless_promises.ts", ROOT).pathname;

/** The files of the program, with the sandbox. */
async function sources(folder = "src/"): Promise<string[]> {
  const found = await Array.fromAsync(Deno.readDir(new URL(folder, ROOT)), async (entry) => {
    const path = folder + entry.name;
    if (entry.isDirectory) return await sources(`${path}/`);
    return /(?<!\.d)\.ts$/.test(path) ? [new URL(path, ROOT).pathname] : [];
  });
  return found.flat();
}

Deno.test("Promises without an owner are found, and no others", async () => {
  const lines = (await Deno.readTextFile(EXAMPLES)).split("\n");
  const marked = lines.flatMap((line, at) => line.endsWith("// ownerless") ? [at + 1] : []);
  const found = ownerlessPromises([EXAMPLES])
    .map((place) => Number(place.slice(EXAMPLES.length + 1).split(":", 1)[0]));
  assertEquals([...new Set(found)], marked);
});

Deno.test("Each promise of the program is awaited, answered, caught or let go on purpose", async () => {
  const main = new URL("main.ts", ROOT).pathname;
  assertEquals(ownerlessPromises([main, ...await sources()]), []);
});
