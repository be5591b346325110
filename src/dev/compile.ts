// deno-lint-ignore-file no-console -- people read what this prints
/**
 * `deno task compile`: makes executables of the bundle, for this machine, for the targets that are named,
 * or for `all`, and their SHA256SUMS. In two steps, because `deno compile` of the sources would embed all
 * packages whole, and crashes over one of them.
 */
import * as z from "zod";
import { BUNDLE, FOLDER, NAME, PERMISSIONS, TARGETS, V8_FLAGS } from "./artefacts.ts";

const SUMS = `${FOLDER}/SHA256SUMS`;

async function main(args: readonly string[]): Promise<number> {
  const targets = targetsOf(args);
  if (targets === null) {
    console.error(`Usage: deno task compile [-- TARGET...]
Without a target for this machine; all, or any of ${TARGETS.join(", ")}`);
    return 2;
  }
  if (!await deno("task", "-q", "bundle")) return 1;
  // The executable holds the bundle with its time, which must not make one build differ from the next.
  await Deno.utime(BUNDLE, 0, 0);
  const made: string[] = [];
  for (const target of targets) {
    const executable = `${NAME}-${target}${target.includes("windows") ? ".exe" : ""}`;
    if (!await compile(target, `${FOLDER}/${executable}`)) {
      console.error(await aboutRuntime(target));
      return 1;
    }
    made.push(`${await sha256(`${FOLDER}/${executable}`)}  ${executable}\n`);
  }
  await Deno.writeTextFile(SUMS, made.join(""));
  console.log(`Made ${SUMS}`);
  return 0;
}

/** The targets that are asked for, or `null` where one is none. */
function targetsOf(args: readonly string[]): readonly string[] | null {
  const named = args.filter((it) => it !== "--");
  if (named.length === 0) return [Deno.build.target];
  if (named.length === 1 && named[0] === "all") return TARGETS;
  return named.every((it) => TARGETS.includes(it)) ? named : null;
}

function compile(target: string, output: string): Promise<boolean> {
  // The file name tells the target, and must not become the program's name. The code cache would be read
  // from a predictable place in the folder for temporary files.
  const flags = ["--no-check", "--no-config", "--no-code-cache", "--app-name", NAME, V8_FLAGS];
  return deno("compile", ...flags, ...PERMISSIONS, "--target", target, "--output", output, BUNDLE);
}

async function deno(...args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), { args }).spawn().status;
  return success;
}

async function sha256(path: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  return new Uint8Array(digest).toHex();
}

const Info = z.object({ denoDir: z.string() });

/** What to do where the executable's other half cannot be had. */
async function aboutRuntime(target: string): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { denoDir } = Info.parse(JSON.parse(new TextDecoder().decode(stdout)));
  const version = Deno.version.deno;
  return `
deno compile puts the program behind a base runtime (denort), which it fetches from dl.deno.land once.
Where that cannot be reached, either
  - set DENORT_BIN to a denort ${version} for ${target}, or
  - put denort-${target}.zip of that release into
    ${denoDir}/dl/release/v${version}/, or
  - run the bundle, which is complete: ${BUNDLE}`;
}

Deno.exit(await main(Deno.args));
