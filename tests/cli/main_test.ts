import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runCommand } from "../../src/cli/main.ts";
import { commandHelp, helpText } from "../../src/cli/help.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import type { Output } from "../../src/cli/host.ts";
import { schemaOf } from "../../src/schedule/kinds.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { Screen } from "../support/screen.ts";

const NAME = "attune-core-timer-sensor";
const NOW = Date.parse("2026-01-01T00:00:00Z");
const HOURLY = '{"interval":1,"unit":"hours"}';

/** An output that nobody reads any more. */
const closed: Output = { write: () => Promise.reject(new Deno.errors.BrokenPipe("Broken pipe")) };

/** What there is beside the command line. */
interface World {
  readonly stdin?: string;
  readonly stdout?: Output;
  readonly stderr?: Output;
  /** By path: the text, or what goes wrong. */
  readonly files?: Readonly<Record<string, string | Error>>;
  readonly clock?: FakeClock;
}

interface Told {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function tell(
  args: readonly string[],
  { stdin = "", stdout, stderr, files = {}, clock = new FakeClock(NOW) }: World = {},
): Promise<Told> {
  const [screen, errors] = [new Screen(), new Screen()];
  const code = await runCommand(args, {
    env: { get: () => undefined, toObject: () => ({}) },
    clock,
    stdin: () => new Blob([stdin]).stream(),
    readFile: (path) => {
      const file = files[path] ?? new Deno.errors.NotFound("No such file");
      return typeof file === "string" ? Promise.resolve(file) : Promise.reject(file);
    },
    stdout: stdout ?? screen,
    stderr: stderr ?? errors,
  });
  return { code, stdout: screen.text, stderr: errors.text };
}

const helps: readonly (readonly [args: readonly string[], text: string | undefined])[] = [
  [["--help"], helpText()],
  [["-h"], helpText()],
  [["help"], helpText()],
  [["help", "help"], helpText()],
  [["--stdin-config", "--help"], helpText()],
  [["help", "run"], commandHelp("run")],
  [["run", "--help"], commandHelp("run")],
  [["check", "--json", "-h"], commandHelp("check")],
  [["help", "preview"], commandHelp("preview")],
  [["preview", "--help"], commandHelp("preview")],
  [["preview", "--batch", "--help"], commandHelp("preview")],
  [["completions", "--help"], commandHelp("completions")],
  [["print", "--help"], commandHelp("print")],
  [["version"], `${NAME} 0.1.0 (from source)\n`],
  [["--version"], `${NAME} 0.1.0 (from source)\n`],
];
for (const [args, text] of helps) {
  Deno.test(`The command line ${args.join(" ")} prints what it should and ends well`, async () => {
    assertEquals(await tell(args), { code: 0, stdout: text ?? "", stderr: "" });
    assert(text !== undefined);
  });
}

Deno.test("The help names each command and each option, and keeps to 100 columns", () => {
  const texts = [helpText()];
  for (const { name, options } of COMMANDS) {
    assertStringIncludes(helpText(), `\n  ${name} `);
    const help = commandHelp(name) ?? "";
    for (const option of options) assertStringIncludes(help, `\n  --${option.name} `);
    texts.push(help);
  }
  assertEquals(texts.join("").split("\n").filter((line) => line.length > 100), []);
});

const mistakes: readonly (readonly [args: readonly string[], message: string])[] = [
  [["now"], "unknown argument 'now', see --help"],
  [["previw"], "unknown argument 'previw' (did you mean 'preview'?), see --help"],
  [["--loud"], "unknown argument '--loud', see --help"],
  [["-x"], "unknown argument '-x', see --help"],
  [
    ["--stdin-confg"],
    "unknown argument '--stdin-confg' (did you mean '--stdin-config'?), see --help",
  ],
  [["run", "fast"], "unknown argument 'fast', see run --help"],
  [["check", "now"], "unknown argument 'now', see check --help"],
  [["check", "--jsn"], "unknown argument '--jsn' (did you mean '--json'?), see check --help"],
  [["print"], "name what to print: schema, see print --help"],
  [["print", "shcema"], "unknown argument 'shcema' (did you mean 'schema'?), see print --help"],
  [
    ["print", "schema", "core.crontimr"],
    "unknown argument 'core.crontimr' (did you mean 'core.crontimer'?), see print --help",
  ],
  [["print", "schema", "core.timer", "x"], "unknown argument 'x', see print --help"],
  [["completions"], "name a shell: bash, zsh, fish, see completions --help"],
  [["completions", "bsh"], "unknown argument 'bsh' (did you mean 'bash'?), see completions --help"],
  [["completions", "zsh", "x"], "unknown argument 'x', see completions --help"],
  [["--stdin-config", "preview"], "unknown argument 'preview', see --help"],
  [["version", "2"], "unknown argument '2', see --help"],
  [["help", "reviews"], "unknown argument 'reviews' (did you mean 'preview'?), see --help"],
  [["preview"], "the rule's trigger_params are missing, see preview --help"],
  [["preview", HOURLY, "twice"], "unknown argument 'twice', see preview --help"],
  [
    ["preview", HOURLY, "--cuont=3"],
    "unknown argument '--cuont' (did you mean '--count'?), see preview --help",
  ],
  [["preview", HOURLY, "--count"], "'--count' needs a value, see preview --help"],
  [["preview", HOURLY, "--after", "--json"], "'--after' needs a value, see preview --help"],
  [
    ["preview", HOURLY, "--count=0"],
    '--count: "0" is not allowed, expected a whole number from 1 to 1000, see preview --help',
  ],
  [
    ["preview", HOURLY, "--count", "1e3"],
    '--count: "1e3" is not allowed, expected a whole number from 1 to 1000, see preview --help',
  ],
  [
    ["preview", HOURLY, "--after", "tomorrow", "--timezone", "Mars"],
    '--after: "tomorrow" is not allowed, expected an RFC 3339 date-time such as ' +
    '"2026-03-01T09:00:00Z"; --timezone: "Mars" is not allowed, expected an IANA time zone such ' +
    'as "Europe/Berlin" or "UTC", see preview --help',
  ],
  [
    ["preview", "[1]"],
    "trigger_params: 1 is not allowed, expected a JSON object, see preview --help",
  ],
  [
    ["preview", "--batch", "--json"],
    "'--batch' goes without other arguments: each line has its own, see preview --help",
  ],
  [
    ["preview", "--watch", "--json", HOURLY],
    "'--watch' takes one rule, without '--json', see preview --help",
  ],
  [
    ["preview", "--watch", `[${HOURLY}, ${HOURLY}]`],
    "'--watch' takes one rule, without '--json', see preview --help",
  ],
  [
    ["preview", "--batch", HOURLY],
    "'--batch' goes without other arguments: each line has its own, see preview --help",
  ],
  [
    ["preview", "--batch", "--count", "3"],
    "'--batch' goes without other arguments: each line has its own, see preview --help",
  ],
];
for (const [args, message] of mistakes) {
  Deno.test(`The command line ${args.join(" ")} is refused`, async () => {
    assertEquals(await tell(args), { code: 2, stdout: "", stderr: `${NAME}: ${message}\n` });
  });
}

Deno.test("preview says what is wrong with JSON that is none", async () => {
  const { code, stderr } = await tell(["preview", '{"interval": }']);
  assertEquals(code, 2);
  assertStringIncludes(stderr, `${NAME}: cannot read trigger_params as JSON: Unexpected token '}'`);
});

Deno.test("preview counts intervals from --created and shows what comes after --after", async () => {
  const args = ["--created", "2025-01-01T00:30:00Z", "--after", "2025-06-01T00:00:00Z"];
  const { code, stdout, stderr } = await tell(["preview", ...args, "--count=2", HOURLY]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout.split("\n"), [
    "Every hour, counted from 2025-01-01T00:30:00Z",
    "",
    "   UTC",
    "1  Sun 2025-06-01T00:30:00Z  213 d 23 h ago",
    "2  Sun 2025-06-01T01:30:00Z  213 d 22 h ago",
    "",
  ]);
});

Deno.test("preview begins now, for a rule of core.timer that is created now", async () => {
  const { stdout } = await tell(["preview", HOURLY]);
  assertEquals(stdout.split("\n").slice(0, 4), [
    "Every hour, counted from 2026-01-01T00:00:00Z",
    "",
    "   UTC",
    "1  Thu 2026-01-01T01:00:00Z  in 1 h",
  ]);
  assertEquals(stdout.split("\n").length, 9);
});

Deno.test("preview takes the trigger's ref, the zone to show and the parameters from stdin", async () => {
  const stdin = '{"expression":"0 30 9 * * *"}\n';
  const args = ["preview", "-", "--trigger", "core.crontimer", "--timezone", "Asia/Tokyo"];
  const { code, stdout } = await tell(args, { stdin });
  assertEquals(code, 0);
  assertStringIncludes(stdout, "At 09:30 every day in UTC\n\n   Asia/Tokyo ");
  assertStringIncludes(
    stdout,
    "1  Thu 2026-01-01 18:30:00 +09:00  2026-01-01T09:30:00Z  in 9 h 30 min\n",
  );
});

Deno.test("preview takes what people have in hand", async () => {
  const table: readonly (readonly [given: string, first: string])[] = [
    ["*/5 * * * *", "Every 5 minutes in UTC"],
    ["@daily", "At 00:00 every day in UTC"],
    [
      "DTSTART;TZID=Europe/Berlin:20260105T090000\nRRULE:FREQ=WEEKLY;BYDAY=MO",
      "Every week on Monday at 09:00 in Europe/Berlin, starting 2026-01-05T09:00:00",
    ],
    ["FREQ=DAILY;COUNT=3", "Every day at 00:00 in UTC, starting 2026-01-01T00:00:00, 3 times"],
    ["interval: 5\nunit: hours", "Every 5 hours, counted from 2026-01-01T00:00:00Z"],
  ];
  for (const [given, first] of table) {
    const { code, stdout, stderr } = await tell(["preview", given]);
    assertEquals([code, stdout.split("\n")[0], stderr], [0, first, ""], given);
  }
});

Deno.test("preview shows the zone that is asked for beside UTC", async () => {
  const { stdout } = await tell(["preview", "0 9 * * *", "--zone=Europe/Berlin", "--count=1"]);
  assertEquals(stdout.split("\n").slice(0, 4), [
    "At 09:00 every day in UTC",
    "",
    "   Europe/Berlin                   UTC",
    "1  Thu 2026-01-01 10:00:00 +01:00  2026-01-01T09:00:00Z  in 9 h",
  ]);
});

const RULES = `ref: pack.nightly
trigger_ref: core.crontimer
trigger_params: { expression: "30 2 * * *" }
---
ref: pack.push
trigger_ref: git.push
---
ref: pack.health
trigger_ref: core.intervaltimer
trigger_params: { interval: 0, unit: weeks }
`;

Deno.test("preview of a file tells where each rule stands, and ends with 2 if one is refused", async () => {
  const files = { "rules.yaml": RULES, "good.json": HOURLY };
  const units = '"seconds", "minutes", "hours" or "days"';
  assertEquals(await tell(["preview", "--count=1", "rules.yaml", "good.json"], { files }), {
    code: 2,
    stdout: `rules.yaml:1 pack.nightly
At 02:30 every day in UTC

   UTC
1  Thu 2026-01-01T02:30:00Z  in 2 h 30 min

good.json:1
Every hour, counted from 2026-01-01T00:00:00Z

   UTC
1  Thu 2026-01-01T01:00:00Z  in 1 h

`,
    stderr: `rules.yaml:5 pack.push: left out, git.push is no trigger of timers
rules.yaml:8 pack.health: interval: 0 is not allowed, expected a whole number of at least 1
rules.yaml:8 pack.health: unit: "weeks" is not allowed, expected ${units}
${NAME}: 1 of 4 rules would be refused
`,
  });
  assertEquals((await tell(["preview", "good.json"], { files })).code, 0);
});

Deno.test("preview of many rules prints JSON lines, with the line of what is refused", async () => {
  const stdin = `# m h dom mon dow\n0 9 * * * backup\n61 * * * * nope\n`;
  const { code, stdout } = await tell(["preview", "-", "--json", "--count=1"], { stdin });
  const [good, bad, ...rest] = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals([code, good.occurrences, bad.line, rest], [2, ["2026-01-01T09:00:00.000Z"], 3, []]);
});

Deno.test("preview says what it cannot read, and how it could", async () => {
  const files = {
    "locked.yaml": new Deno.errors.NotCapable("Requires read access"),
    "folder/": new Error("Is a directory"),
    "empty.yaml": "",
  };
  const table: readonly (readonly [path: string, message: string])[] = [
    ["nosuch.yaml", "there is no file 'nosuch.yaml'"],
    ["locked.yaml", "cannot read 'locked.yaml', it may read no file: preview - < locked.yaml"],
    ["folder/", "cannot read 'folder/': Is a directory"],
    ["empty.yaml", "there is no rule to preview"],
  ];
  for (const [path, message] of table) {
    const { code, stderr } = await tell(["preview", path], { files });
    assertEquals([code, stderr], [2, `${NAME}: ${message}, see preview --help\n`]);
  }
});

Deno.test("preview --watch counts down to the next occurrence, and to each one after it", async () => {
  const clock = new FakeClock(NOW);
  const given = '{"fire_at":"2026-01-01T00:00:02.500Z"}';
  const told = tell(["preview", "--watch", given], { clock });
  await clock.advance(10_000);
  const { code, stdout } = await told;
  const [, , , , , , ...watched] = stdout.split("\n");
  assertEquals([code, watched.map((line) => line.split("\r").map((it) => it.trimEnd()))], [0, [
    ["", "Next in 3 s", "Next in 2 s", "Next in 1 s", "Thu 2026-01-01T00:00:02.500Z is due"],
    ["No further occurrences"],
    [""],
  ]]);
});

Deno.test("preview --json prints what a batch answers", async () => {
  const { code, stdout } = await tell(["preview", "--json", "--count", "1", HOURLY]);
  assertEquals([code, stdout], [
    0,
    '{"occurrences":["2026-01-01T01:00:00.000Z"],' +
    '"description":"Every hour, counted from 2026-01-01T00:00:00Z","warnings":[]}\n',
  ]);
});

Deno.test("preview of a rule that would be refused says why and ends with exit code 2", async () => {
  const params = '{"type":"cron","expression":"61 * * * *","timezone":"Mars"}';
  assertEquals(await tell(["preview", params]), {
    code: 2,
    stdout: "",
    stderr: `The sensor would refuse this rule:

  timezone: "Mars" is not allowed, expected an IANA time zone such as "Europe/Berlin" or "UTC"
`,
  });
  assertEquals(await tell(["preview", "--json", '{"interval":0}']), {
    code: 2,
    stdout: '{"error":"interval: 0 is not allowed, expected a whole number of at least 1"}\n',
    stderr: "",
  });
});

Deno.test("print schema prints that of a trigger, and of core.timer if none is named", async () => {
  for (
    const [args, trigger] of [[["core.crontimer"], "core.crontimer"], [[], "core.timer"]] as const
  ) {
    const { code, stdout, stderr } = await tell(["print", "schema", ...args]);
    assertEquals([code, stderr, JSON.parse(stdout)], [0, "", schemaOf(trigger)]);
  }
});

Deno.test("preview --batch answers all lines, and tells which were refused", async () => {
  const stdin = `{"trigger_params":${HOURLY},"count":1}\nnonsense\n{"trigger_params":${HOURLY}}\n`;
  const { code, stdout, stderr } = await tell(["preview", "--batch"], { stdin });
  const answers = stdout.trimEnd().split("\n").map((line) => Object.keys(JSON.parse(line))[0]);
  assertEquals([code, answers], [2, ["occurrences", "error", "occurrences"]]);
  assertEquals(stderr, `${NAME}: 1 line refused: 2\n`);
});

Deno.test("Whoever stops reading, as head does, ends a command without a word", async () => {
  const stdin = `{"trigger_params":${HOURLY}}\n`.repeat(3);
  for (const args of [["--help"], ["preview", HOURLY], ["preview", "--batch"], ["version"]]) {
    assertEquals(await tell(args, { stdin, stdout: closed }), { code: 0, stdout: "", stderr: "" });
  }
});

Deno.test("A mistake keeps its exit code where nobody reads of it", async () => {
  assertEquals((await tell(["preview"], { stderr: closed })).code, 2);
  assertEquals((await tell(["preview", '{"interval":0}'], { stderr: closed })).code, 2);
});

Deno.test("A command that fails for another reason is not taken for a mistake of the user", async () => {
  const broken: Output = { write: () => Promise.reject(new Error("disk full")) };
  const failed = await tell(["version"], { stdout: broken }).then(() => null, (error) => error);
  assert(failed instanceof Error && failed.message === "disk full");
});
