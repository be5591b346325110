import { optionsOf } from "./commands.ts";
import { type Host, print } from "./host.ts";
import { readArguments, refuse, UsageError } from "./options.ts";
import { ExitCode } from "../ground/exit.ts";
import { DEFAULT_TRIGGER } from "../preview/preview.ts";
import { schemaOf, TIMER_TRIGGERS } from "../schedule/kinds.ts";

const THINGS = ["schema"];

/** The command `print`: prints what other programs read. Throws a `UsageError`. */
export async function runPrint(args: readonly string[], host: Host): Promise<ExitCode> {
  const { words } = readArguments(args, optionsOf("print"));
  const [thing, trigger = DEFAULT_TRIGGER, stranger] = words;
  if (thing === undefined) throw new UsageError(`name what to print: ${THINGS.join(", ")}`);
  if (!THINGS.includes(thing)) refuse(thing, THINGS);
  if (stranger !== undefined) refuse(stranger, []);
  const schema = schemaOf(trigger) ?? refuse(trigger, [...TIMER_TRIGGERS]);
  await print(host.stdout, `${JSON.stringify(schema, null, 2)}\n`);
  return ExitCode.clean;
}
