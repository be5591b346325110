import { DEFAULT_COUNT, DEFAULT_TRIGGER, MAX_COUNT } from "../preview/preview.ts";
import { TIMER_TRIGGERS } from "../schedule/kinds.ts";

/** The name of the program. */
export const NAME = "attune-core-timer-sensor";

/** An option of a command: help, completions and what is accepted come from here. */
export interface Option {
  /** Without the dashes. */
  readonly name: string;
  /** What stands for its value in the help; `null`: it has none. */
  readonly value: string | null;
  readonly summary: string;
  /** Values that are offered. */
  readonly choices?: readonly string[];
}

/** A command of the program. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What comes after the name, a line of usage each. */
  readonly usage: readonly string[];
  /** Paragraphs of its help. */
  readonly about: readonly string[];
  readonly options: readonly Option[];
  /** What is offered as its one word. */
  readonly words: readonly string[];
  /** Paragraphs after the options, as they stand. */
  readonly notes: readonly string[];
}

/** The shells for which there are completions. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = typeof SHELLS[number];

const STDIN_CONFIG: Option = {
  name: "stdin-config",
  value: null,
  summary:
    "read the configuration as one JSON object from standard input instead of the environment",
};

/** What the sensor cannot do without. */
export const REQUIRED =
  "Required in the environment: ATTUNE_API_URL, ATTUNE_API_TOKEN (or its file, " +
  "see ATTUNE_API_TOKEN_FILE), ATTUNE_SENSOR_REF and ATTUNE_MQ_URL. The README lists the other " +
  "variables.";

/** The exit codes of the sensor. */
export const EXIT_CODES =
  "Exit codes: 0 stopped as asked, 1 unexpected, 2 usage or configuration, 3 " +
  "the Attune API was not reachable at start, 4 RabbitMQ was not reachable at start, 5 the token " +
  "expired or was refused.";

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  {
    name: "run",
    summary: "run the sensor; this is what it does without a command",
    usage: ["[options]"],
    about: ["Runs the sensor until it is asked to stop by SIGTERM or SIGINT.", REQUIRED],
    options: [STDIN_CONFIG],
    words: [],
    notes: [EXIT_CODES],
  },
  {
    name: "check",
    summary: "tell whether the sensor could do its work, and how to mend what is wrong",
    usage: ["[options]"],
    about: [
      "Checks the configuration, the Attune API, the token, the rules, RabbitMQ with its exchange and " +
      "queues, and the clock. Changes none of it: a sensor that runs notices nothing.",
      REQUIRED,
    ],
    options: [STDIN_CONFIG, {
      name: "json",
      value: null,
      summary: "print one line of JSON instead of a report for people",
    }],
    words: [],
    notes: [
      "Exit codes: 0 no problem, or that of the first part with one: 2 configuration, 3 Attune API, 5 " +
      "token, 6 rules, 4 RabbitMQ, 7 exchange and queues, 8 clock.",
    ],
  },
  {
    name: "preview",
    summary: "tell when a rule would fire, without a platform",
    usage: ["[options] <rule>", "[options] <file>...", "--batch"],
    about: [
      "Tells in words what a rule's schedule is, when it next falls due, and what its author may not " +
      "have thought of. Needs no platform and no configuration, and no permission but to read files.",
      "<rule> is its trigger_params as JSON, a cron expression, or an RRULE with or without the lines " +
      "of iCalendar around it; - reads it from standard input. A file, or standard input, can hold " +
      "many: a pack's YAML or JSON with rules, a crontab, or a rule a line.",
    ],
    options: [
      {
        name: "trigger",
        value: "REF",
        summary: `the rule's trigger (default ${DEFAULT_TRIGGER})`,
        choices: [...TIMER_TRIGGERS],
      },
      {
        name: "count",
        value: "N",
        summary: `how many occurrences, 1 to ${MAX_COUNT} (default ${DEFAULT_COUNT})`,
      },
      {
        name: "after",
        value: "INSTANT",
        summary: "those after this instant, such as 2026-03-01T09:00:00Z (default now)",
      },
      {
        name: "created",
        value: "INSTANT",
        summary: "when the rule was created: intervals count from there (default now)",
      },
      {
        name: "zone",
        value: "TZ",
        summary: "show local times in this zone beside UTC (default the rule's)",
      },
      { name: "timezone", value: "TZ", summary: "the same, as it was called before" },
      {
        name: "watch",
        value: null,
        summary: "then count down to the next occurrence, and to each one after it",
      },
      { name: "json", value: null, summary: "print one line of JSON instead, as --batch does" },
      {
        name: "batch",
        value: null,
        summary:
          'answer each line of standard input with a line. In: {"trigger_params": {...}} with ' +
          "optional trigger_ref, created, after (default created, else now), count and rule_id. Out: " +
          '{"occurrences": [...], "description": "...", "warnings": [...]}, with fires_at where ' +
          'jitter_seconds and rule_id put occurrences off, or {"error": "...", "line": 1}',
      },
    ],
    words: [],
    notes: [
      "Exit codes: 0; 2 if any rule would be refused or the command line is wrong.",
      `Examples:
  ${NAME} preview '*/5 * * * *'
  ${NAME} preview --zone Europe/Berlin 'FREQ=WEEKLY;BYDAY=MO,TU'
  ${NAME} preview - < packs/mypack/rules/nightly.yaml
  ${NAME} preview '{"expression": "30 9 * * 1-5", "timezone": "Europe/Berlin"}'
  ${NAME} preview --count 3 --json '{"interval": 90, "unit": "minutes"}'`,
    ],
  },
  {
    name: "print",
    summary: "print the JSON Schema of rules' parameters",
    usage: ["schema [trigger]"],
    about: [
      "Prints a JSON Schema (2020-12) of the trigger_params that rules of a trigger have, for editors and " +
      `for checks in CI. The trigger is ${DEFAULT_TRIGGER} unless it is named: ` +
      `${[...TIMER_TRIGGERS].join(", ")}. It needs no permission.`,
    ],
    options: [],
    words: ["schema"],
    notes: [
      "What a schema cannot say, such as that a cron expression is none, preview does.",
      `Example:
  ${NAME} print schema core.crontimer > crontimer.schema.json`,
    ],
  },
  {
    name: "completions",
    summary: "print what makes a shell complete this command line",
    usage: [`<${SHELLS.join("|")}>`],
    about: ["Prints a script for the shell. It needs no permission."],
    options: [],
    words: SHELLS,
    notes: [
      `To have them in each new shell, write there:
  ~/.bashrc                    source <(${NAME} completions bash)
  ~/.zshrc, after compinit     source <(${NAME} completions zsh)
  ~/.config/fish/config.fish   ${NAME} completions fish | source`,
    ],
  },
  {
    name: "version",
    summary: "print the version, and the commit it was built from",
    usage: [""],
    about: [],
    options: [],
    words: [],
    notes: [],
  },
  {
    name: "help",
    summary: "print this, or with the name of a command its own help",
    usage: ["[command]"],
    about: [],
    options: [],
    words: ["run", "check", "preview", "print", "completions"],
    notes: [],
  },
];

/** The names of a command's options, as they are read. */
export function optionsOf(
  command: string,
): { flags: readonly string[]; values: readonly string[] } {
  const options = COMMANDS.find(({ name }) => name === command)?.options ?? [];
  const named = (hasValue: boolean) =>
    options.filter(({ value }) => (value !== null) === hasValue).map(({ name }) => name);
  return { flags: named(false), values: named(true) };
}
