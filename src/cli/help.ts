import { type Command, COMMANDS, EXIT_CODES, NAME, REQUIRED } from "./commands.ts";
import { FULL_VERSION } from "../ground/version.ts";
import { wrapped } from "../words/wrapped.ts";

/** What `--help` prints. */
export function helpText(): string {
  return textOf([
    `${NAME} ${FULL_VERSION}\nPosts an event to the Attune API each time a timer rule falls due.`,
    `Usage: ${NAME} [command] [options]`,
    section("Commands:", COMMANDS.map(({ name, summary }) => [name, summary])),
    section("Options:", [
      ["--stdin-config", "with run and check: the configuration comes from standard input"],
      ["-h, --help", "print this, or behind a command its own help"],
      ["--version", "print the version, and the commit it was built from"],
    ]),
    wrapped(REQUIRED, "").join("\n"),
    wrapped(EXIT_CODES, "").join("\n"),
  ]);
}

/** What the help of a command prints; `undefined` where it has none of its own. */
export function commandHelp(name: string): string | undefined {
  const command = COMMANDS.find((it) => it.name === name && it.about.length > 0);
  return command === undefined ? undefined : textOf([
    usage(command),
    ...command.about.map((it) => wrapped(it, "").join("\n")),
    ...command.options.length === 0 ? [] : [options(command)],
    ...command.notes.map((it) => it.includes("\n") ? it : wrapped(it, "").join("\n")),
  ]);
}

function usage({ name, usage }: Command): string {
  const [first, ...others] = usage.map((it) => `${NAME} ${name} ${it}`.trimEnd());
  return [`Usage: ${first}`, ...others.map((it) => `       ${it}`)].join("\n");
}

function options({ options }: Command): string {
  const rows = options.map(({ name, value, summary }) =>
    [value === null ? `--${name}` : `--${name} ${value}`, summary] as const
  );
  return section("Options:", [...rows, ["-h, --help", "print this"]]);
}

/** A title, and under it names with their meanings side by side. */
function section(title: string, rows: readonly (readonly [name: string, text: string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return [title, ...rows.flatMap(([name, text]) => wrapped(text, `  ${name.padEnd(width)}`))]
    .join("\n");
}

function textOf(paragraphs: readonly string[]): string {
  return `${paragraphs.join("\n\n")}\n`;
}
