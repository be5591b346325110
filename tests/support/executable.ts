import { FOLDER, NAME } from "../../src/dev/artefacts.ts";
import { ROOT } from "./std_flags.ts";

/**
 * Builds this machine's executable. Returns its path in the project, or `null` where the base runtime for it
 * is neither given by `DENORT_BIN` nor to be fetched.
 */
export async function buildExecutable(): Promise<string | null> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "compile"],
    cwd: ROOT,
    stdout: "null",
    stderr: "null",
  }).output();
  return success ? `${FOLDER}/${NAME}-${Deno.build.target}` : null;
}
