/** The README's text. */
export const README: string = await Deno.readTextFile(new URL("../../README.md", import.meta.url));

const JSON_ARGUMENT = /'\{[^']*\}'/g;

/** A fenced block. */
export interface Fence {
  /** The word behind the opening fence. */
  readonly language: string;
  readonly text: string;
  /** The heading above it. */
  readonly heading: string;
}

export interface Heading {
  readonly text: string;
  /** What a link to it ends in. */
  readonly anchor: string;
}

/** A command of a shell block. */
export interface Command {
  /** On one line, and with `{…}` for JSON: by this the tests call it. */
  readonly name: string;
  /** As it stands there, without comments. */
  readonly text: string;
  readonly heading: string;
}

/** What is outside of the fenced blocks. */
export const PROSE: string = README.replaceAll(/^```[^]*?^```$/gm, "");

export const HEADINGS: readonly Heading[] = headingsIn(PROSE);

export const FENCES: readonly Fence[] = [...README.matchAll(/^```(\w*)\n([^]*?)^```$/gm)]
  .map(({ 1: language = "", 2: text = "", index }) => {
    const above = headingsIn(README.slice(0, index).replaceAll(/^```[^]*?^```$/gm, ""));
    return { language, text, heading: above.at(-1)?.text ?? "" };
  });

/** Every command of the shell blocks. What `export` sets is no command: see {@link exportsOf}. */
export const COMMANDS: readonly Command[] = FENCES.flatMap(({ language, text, heading }) => {
  if (language === "console") {
    const typed = [...text.matchAll(/^\$ ((?:.*\\\n)*.*)$/gm)].map(([, command = ""]) => command);
    return typed.map((command) => commandOf(command, heading));
  }
  return language === "sh" ? linesOf(text).map((line) => commandOf(line, heading)) : [];
}).filter(({ name }) => !name.startsWith("export "));

/** The commands of this name; at least one. */
export function commandsNamed(name: string): readonly Command[] {
  const found = COMMANDS.filter((it) => it.name === name);
  if (found.length === 0) throw new Error(`The README has no command ${name}`);
  return found;
}

/** The variables that the blocks below a heading export. */
export function exportsOf(heading: string): Readonly<Record<string, string>> {
  const text = FENCES.filter((it) => it.heading === heading && it.language === "sh")
    .flatMap((it) => linesOf(it.text)).filter((line) => line.startsWith("export ")).join(" ");
  return Object.fromEntries(
    [...text.matchAll(/(\w+)=("[^"]*"|\S+)/g)]
      .map(([, name = "", value = ""]) => [name, value.replaceAll('"', "")]),
  );
}

/** The words of a command, as a shell that has nothing to fill in makes them. */
export function wordsOf(command: string): readonly string[] {
  const words = command.replaceAll("\\\n", " ").match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? [];
  return words.map((word) => word.replaceAll(/^['"]|['"]$/g, ""));
}

/** The section below a heading, as far as the next heading of the same level or a higher one. */
export function sectionOf(heading: string): string {
  const [, marks = "", rest = ""] =
    new RegExp(`^(#+) ${RegExp.escape(heading)}\n([^]*)`, "m").exec(README) ?? [];
  return rest.split(new RegExp(`^#{1,${marks.length}} `, "m"))[0] ?? "";
}

function headingsIn(text: string): Heading[] {
  const seen = new Map<string, number>();
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => {
    const plain = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-");
    const times = seen.get(plain) ?? 0;
    seen.set(plain, times + 1);
    return { text: heading, anchor: times === 0 ? plain : `${plain}-${times}` };
  });
}

/** A block's commands: what ends in a backslash or a pipe, or in a quotation, goes on. */
function linesOf(block: string): string[] {
  const commands: string[] = [];
  let begun = "";
  for (const line of block.split("\n")) {
    begun += begun === "" ? line.replace(/(^|\s+)# .*$/, "") : `\n${line}`;
    const isQuoting = begun.split("'").length % 2 === 0;
    if (isQuoting || /[\\|]$/.test(begun)) continue;
    if (begun !== "") commands.push(begun);
    begun = "";
  }
  return commands;
}

function commandOf(text: string, heading: string): Command {
  const name = text.replaceAll(JSON_ARGUMENT, "'{…}'").replaceAll("\\\n", " ")
    .replaceAll(/\s+/g, " ");
  return { name, text, heading };
}
