import { type Host, print } from "./host.ts";
import { readArguments, refuse, UsageError } from "./options.ts";
import { bashScript, fishScript, zshScript } from "./completion_scripts.ts";
import { optionsOf, type Shell, SHELLS } from "./commands.ts";
import { ExitCode } from "../ground/exit.ts";

const SCRIPTS: Readonly<Record<Shell, () => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** The command `completions`: prints a script for a shell. Throws a `UsageError`. */
export async function runCompletions(args: readonly string[], host: Host): Promise<ExitCode> {
  const { words: [word, stranger] } = readArguments(args, optionsOf("completions"));
  if (word === undefined) throw new UsageError(`name a shell: ${SHELLS.join(", ")}`);
  if (stranger !== undefined) refuse(stranger, []);
  const shell = SHELLS.find((it) => it === word) ?? refuse(word, SHELLS);
  await print(host.stdout, SCRIPTS[shell]());
  return ExitCode.clean;
}
