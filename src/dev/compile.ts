// deno-lint-ignore-file no-console -- people read what this prints
/**
 * `deno task compile`: makes dist/attune-core-timer-sensor, one executable for this machine, of the
 * bundle. In two steps, because compiling the sources would embed the packages whole.
 */
const BUNDLE = "dist/attune-core-timer-sensor.js";
const EXECUTABLE = "dist/attune-core-timer-sensor";
const NO_RUNTIME = `
deno compile puts the program behind a base runtime (denort), which it fetches from dl.deno.land once.
Where that cannot be reached, either
  - set DENORT_BIN to a denort ${Deno.version.deno} for this machine, or
  - put denort-${Deno.build.target}.zip of that release into
    $DENO_DIR/dl/release/v${Deno.version.deno}/ (deno info shows DENO_DIR), or
  - run the bundle, which is complete: deno run --no-prompt --allow-net --allow-env ${BUNDLE}`;

async function deno(...args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), { args }).spawn().status;
  return success;
}

async function compile(): Promise<number> {
  if (!await deno("task", "-q", "bundle")) return 1;
  const permissions = ["--no-prompt", "--allow-net", "--allow-env"];
  // The code cache would be read from a predictable place in the folder for temporary files.
  const flags = ["-q", "--no-check", "--no-code-cache", "--output", EXECUTABLE];
  if (await deno("compile", ...flags, ...permissions, BUNDLE)) {
    console.log(`Made ${EXECUTABLE}`);
    return 0;
  }
  console.error(NO_RUNTIME);
  return 1;
}

Deno.exit(await compile());
