import { type Command, COMMANDS, NAME, type Option } from "./commands.ts";

/** What a shell calls its function. */
const FUNCTION = `_${NAME.replaceAll("-", "_")}`;
/** Without a command the sensor runs, so that the options of `run` go there too. */
const RUN_OPTIONS = COMMANDS.filter(({ name }) => name === "run").flatMap(({ options }) => options);
const HELP: Option = { name: "help", value: null, summary: "print help" };
const VERSION: Option = { name: "version", value: null, summary: "print the version" };

/** Completes the command line in bash. */
export function bashScript(): string {
  const names = COMMANDS.map(({ name }) => name);
  const first = [...names, ...[...RUN_OPTIONS, HELP, VERSION].map(dashed)];
  const valued = COMMANDS.flatMap(({ options }) => options).filter(({ value }) => value !== null);
  return `# Completions of ${NAME} for bash.
${FUNCTION}() {
  local word=\${COMP_WORDS[COMP_CWORD]} command= words= i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${names.join("|")}) command=\${COMP_WORDS[i]}; break ;;
    esac
  done
  case \${COMP_WORDS[COMP_CWORD - 1]} in
${valued.map((it) => `    ${dashed(it)}) words="${wordsOf(it)}" command=- ;;`).join("\n")}
  esac
  case $command in
    -) ;;
    "") words="${first.join(" ")}" ;;
${COMMANDS.map((it) => `    ${it.name}) words="${offered(it).join(" ")}" ;;`).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F ${FUNCTION} ${NAME}
`;
}

/** Completes the command line in zsh, from a folder of `fpath` or sourced. */
export function zshScript(): string {
  const commands = COMMANDS.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  return `#compdef ${NAME}
# Completions of ${NAME} for zsh.
${FUNCTION}() {
  local -a commands
  commands=(
${commands.join("\n")}
  )
  if ((CURRENT == 2)) && [[ $PREFIX != -* ]]; then
    _describe command commands
    return
  fi
  case $words[2] in
${COMMANDS.map((it) => `    ${it.name})\n${zshArguments(it)} ;;`).join("\n")}
    *)
      _arguments ${[...RUN_OPTIONS, HELP, VERSION].map(zshOption).join(" ")} ;;
  esac
}
if [[ $funcstack[1] == _${NAME} ]]; then
  ${FUNCTION} "$@"
else
  compdef ${FUNCTION} ${NAME}
fi
`;
}

/** Completes the command line in fish. */
export function fishScript(): string {
  const complete = `complete -c ${NAME}`;
  const first = [...RUN_OPTIONS, HELP, VERSION].map((it) =>
    fishOption(it, "__fish_use_subcommand")
  );
  const lines = COMMANDS.flatMap(({ name, summary, options, words }) => {
    const seen = quoted(`__fish_seen_subcommand_from ${name}`);
    return [
      `-n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
      ...words.map((word) => `-n ${seen} -a ${word}`),
      ...[...options, HELP].map((option) => fishOption(option, seen)),
    ];
  });
  return `# Completions of ${NAME} for fish.
${complete} -f
${[...first, ...lines].map((it) => `${complete} ${it}`).join("\n")}
`;
}

function offered({ options, words }: Command): string[] {
  return [...words, ...[...options, HELP].map(dashed)];
}

function dashed({ name }: Option): string {
  return `--${name}`;
}

function wordsOf({ choices = [] }: Option): string {
  return choices.join(" ");
}

/** The command itself is taken away: what is left are its own arguments. */
function zshArguments({ options, words }: Command): string {
  const specs = [...options, HELP].map(zshOption);
  if (words.length > 0) specs.push(quoted(`1:word:(${words.join(" ")})`));
  return `      shift words\n      ((CURRENT--))\n      _arguments ${specs.join(" ")}`;
}

function zshOption(option: Option): string {
  const { value, summary } = option;
  const choices = wordsOf(option);
  const rest = value === null ? "" : `:${value}:${choices === "" ? "" : `(${choices})`}`;
  // Brackets and colons have a meaning there.
  return quoted(`${dashed(option)}[${summary.replaceAll(/[[\]:\\]/g, "\\$&")}]${rest}`);
}

function fishOption(option: Option, condition: string): string {
  const { name, value, summary } = option;
  const choices = wordsOf(option);
  const rest = value === null ? "" : ` -x${choices === "" ? "" : ` -a ${quoted(choices)}`}`;
  return `-n ${condition} -l ${name}${rest} -d ${quoted(summary)}`;
}

/** One word for a shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
