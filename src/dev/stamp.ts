/**
 * The last step of `deno task bundle`: writes the commit into the bundle, in the place of the marker of
 * src/version.ts. The same commit gives the same bytes. Without git the marker stays.
 */
const BUNDLE = "dist/attune-core-timer-sensor.js";
const MARKER = 'COMMIT = "unknown"';

async function git(...args: string[]): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command("git", { args, stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** The commit, marked where what is built is not what was committed. */
async function commit(): Promise<string | null> {
  const hash = await git("rev-parse", "--short=12", "HEAD");
  const changes = await git(
    "status",
    "--porcelain",
    "--",
    "main.ts",
    "src",
    "deno.json",
    "deno.lock",
  );
  return hash === null ? null : changes === "" ? hash : `${hash}, changed`;
}

const found = await commit();
const text = await Deno.readTextFile(BUNDLE);
if (!text.includes(MARKER)) throw new Error(`There is no ${MARKER} in ${BUNDLE}`);
if (found !== null) {
  await Deno.writeTextFile(BUNDLE, text.replace(MARKER, `COMMIT = ${JSON.stringify(found)}`));
}
