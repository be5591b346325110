import { assert, assertEquals } from "@std/assert";
import { bashScript, fishScript, zshScript } from "../../src/cli/completion_scripts.ts";
import { COMMANDS, NAME, type Shell } from "../../src/cli/commands.ts";
import { TIMER_TRIGGERS } from "../../src/schedule/kinds.ts";
import { report } from "../support/report.ts";

const NAMES = COMMANDS.map(({ name }) => name);
/** Words before the cursor, the last of them unfinished, and what is offered for it. */
const lines: readonly (readonly [words: readonly string[], offered: readonly string[]])[] = [
  [["pre"], ["preview"]],
  [[""], NAMES],
  [["ch"], ["check"]],
  [["check", "--"], ["--stdin-config", "--json", "--help"]],
  [["preview", "--trigger", ""], [...TIMER_TRIGGERS]],
  [["preview", "--trigger", "core.c"], ["core.crontimer"]],
  [["preview", "--c"], ["--count", "--created"]],
  [["completions", ""], ["bash", "zsh", "fish"]],
  [["help", "p"], ["preview", "print"]],
];

async function installed(shell: Shell): Promise<boolean> {
  try {
    return (await new Deno.Command(shell, { args: ["--version"], stdout: "null" }).output())
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** What a shell does with a script on its standard input, and nothing of the user's own settings. */
async function run(shell: Shell, args: readonly string[], script: string): Promise<string[]> {
  const process = new Deno.Command(shell, {
    args: [...args],
    env: { HOME: "/nonexistent", LANG: "C.UTF-8", TERM: "dumb" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  const { stdout, stderr } = await process.output();
  assertEquals(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
}

const quoted = (words: readonly string[]) => words.map((it) => `'${it}'`).join(" ");

/** By shell, what it offers for a line. */
const OFFERS: Readonly<Record<Shell, (words: readonly string[]) => Promise<string[]>>> = {
  bash: (words) =>
    run(
      "bash",
      ["--norc", "-s"],
      `${bashScript()}
COMP_WORDS=(${NAME} ${quoted(words)}) COMP_CWORD=${words.length}
_attune_core_timer_sensor
printf '%s\\n' "\${COMPREPLY[@]}"`,
    ),
  // Its completion system needs a terminal: the functions that it would be told by are put in its place.
  zsh: async (words) => {
    const offered = await run(
      "zsh",
      ["-f", "-s"],
      `compdef() { }
_describe() { print -l -- \${(P)2} }
_arguments() { local it; for it in "$@"; do print -r -- "$it"; done }
${zshScript()}
words=(${NAME} ${quoted(words)}) CURRENT=${words.length + 1} PREFIX=\${words[-1]}
_attune_core_timer_sensor`,
    );
    return offeredByZsh(offered, words);
  },
  fish: async (words) => {
    const told = await run(
      "fish",
      ["--no-config"],
      `${fishScript()}complete -C '${[NAME, ...words].join(" ")}'\n`,
    );
    return told.map((line) => line.split("\t")[0] ?? "");
  },
};

/** Reads the specifications of `_describe` and `_arguments`. */
function offeredByZsh(specs: readonly string[], words: readonly string[]): string[] {
  const [before, last] = [words.at(-2), words.at(-1) ?? ""];
  const choicesOf = (spec: string) => /:\(([^)]*)\)$/.exec(spec)?.[1]?.split(" ") ?? [];
  const valued = specs.find((spec) => spec.startsWith(`${before}[`));
  const all = valued !== undefined
    ? choicesOf(valued)
    : specs.flatMap((spec) =>
      spec.startsWith("1:") ? choicesOf(spec) : [spec.split(/[[:]/, 1)[0] ?? ""]
    );
  const isOption = last.startsWith("-");
  return all.filter((it) => it.startsWith(last) && it.startsWith("-") === isOption);
}

for (const shell of ["bash", "zsh", "fish"] as const) {
  const isThere = await installed(shell);
  if (!isThere) report(`SKIPPED: ${shell} is not installed, its completions are not tested`);
  Deno.test({
    name: `The completions for ${shell} offer what the command line takes`,
    ignore: !isThere,
    async fn() {
      for (const [words, expected] of lines) {
        const offered = await OFFERS[shell](words);
        const wanted = offered.filter((it) => words.at(-1) !== "" || !it.startsWith("-"));
        assertEquals(wanted.toSorted(), expected.toSorted(), words.join(" "));
      }
    },
  });
}

Deno.test("The completions for bash offer nothing where a value is free", async () => {
  assertEquals(await OFFERS.bash(["preview", "--count", ""]), []);
  const first = await OFFERS.bash([""]);
  assert(first.includes("--stdin-config") && first.includes("--version"));
});
