// deno-lint-ignore-file no-console -- people read what this prints
/**
 * `deno task bundle`: makes the sensor one file of JavaScript that needs nothing but Deno. The same commit
 * makes the same bytes, in whatever folder and on whatever machine. Its arguments go to `deno bundle`.
 */
import { BUNDLE, FOLDER, PERMISSIONS } from "./artefacts.ts";

/** What runs the file as a program. Without these flags a project around it would have a say. */
const INTERPRETER = [
  "#!/usr/bin/env -S deno run",
  "--no-config --no-lock --no-remote --no-npm",
  ...PERMISSIONS,
].join(" ");

/** Stands in src/version.ts for the commit that the sources are of. */
const COMMIT_MARKER = 'COMMIT = "unknown"';

/** How esbuild names a package's file: by where this machine happens to cache it. */
const CACHED_PACKAGE = /(?<=^\/\/ |")[^\s"]*\/npm\/[^\s"/]+\/(?=[^\s"]+\/\d)/gm;

async function bundle(flags: readonly string[]): Promise<boolean> {
  await Deno.mkdir(FOLDER, { recursive: true });
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "-q", ...flags, "--output", BUNDLE, "main.ts"],
  }).spawn().status;
  if (!success) return false;
  const text = (await Deno.readTextFile(BUNDLE))
    .replaceAll(CACHED_PACKAGE, "npm:")
    .replace(COMMIT_MARKER, `COMMIT = ${JSON.stringify(await commit())}`);
  await Deno.writeTextFile(BUNDLE, `${INTERPRETER}\n${text}`);
  await Deno.chmod(BUNDLE, 0o755);
  return true;
}

/** The commit that is checked out, with a mark where files differ from it; without git it is not known. */
async function commit(): Promise<string> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["describe", "--always", "--dirty=, changed", "--abbrev=12", "--exclude=*"],
      stderr: "null",
    }).output();
    if (success) return new TextDecoder().decode(stdout).trim();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return "unknown";
}

if (await bundle(Deno.args)) console.log(`Made ${BUNDLE}`);
else Deno.exit(1);
