import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { COMMANDS, optionsOf } from "../../src/cli/commands.ts";
import { ConfigError, loadConfig } from "../../src/config/config.ts";
import { type Config, MEMBERS } from "../../src/config/schema.ts";
import { eventOf } from "../../src/delivery/fire_event.ts";
import { ExitCode } from "../../src/ground/exit.ts";
import { compile, KINDS } from "../../src/schedule/kinds.ts";
import { ruleId } from "../support/rules.ts";
import { FENCES, README, sectionOf } from "./readme.ts";

const ROOT = new URL("../../", import.meta.url);
const REQUIRED = {
  ATTUNE_API_URL: "http://localhost:8080",
  ATTUNE_API_TOKEN: "a.b.c",
  ATTUNE_SENSOR_REF: "core.timer",
  ATTUNE_MQ_URL: "amqp://localhost:5672",
};
/** Shorter ones occur anywhere. */
const SHORTEST_TELLING = 8;
/** What those who knew the Rust sensor watch its log for. */
const PROMISED_MESSAGES = [
  "API connectivity verified",
  "Timer started for rule",
  "Timer fired for rule",
  "Failed to create event",
];

/** A row of the configuration's table. */
interface Variable {
  readonly name: string;
  readonly isRequired: boolean;
  /** As the table has it: in backticks where it is a value. */
  readonly standard: string;
}

const variables: readonly Variable[] = [
  ...sectionOf("Configuration").matchAll(/^\| `(\w+)` +\| (yes|no)¹? +\| .* \| +(.*?) *\|$/gm),
].map(([, name = "", required, standard = ""]) => ({
  name,
  isRequired: required === "yes",
  standard,
}));

function configOf(changes: Readonly<Record<string, string>>): Config {
  const written: Record<string, string> = { ...REQUIRED, ...changes };
  return loadConfig({ get: (name) => written[name], toObject: () => written }).config;
}

/** The product's source, with what a line break kept apart put together. */
async function source(folder = "src/"): Promise<string> {
  const texts = await Array.fromAsync(Deno.readDir(new URL(folder, ROOT)), async (entry) => {
    const path = folder + entry.name;
    if (entry.isDirectory) return path === "src/dev" ? "" : await source(`${path}/`);
    return path.endsWith(".ts") ? await Deno.readTextFile(new URL(path, ROOT)) : "";
  });
  return texts.join("\n").replaceAll(/["`] \+\s*["`]/g, "");
}

/** What of a message stands in the source as it is: not numbers, nor what is left out. */
function fixedParts(message: string): string[] {
  return message.split(/…|[:,] |\d[\d.]*(?: (?:s|h|min)\b)?|\([^)]*\)|'[^']*'/)
    .map((part) => part.trim()).filter((part) => part.length >= SHORTEST_TELLING);
}

const code = await source();

Deno.test("The README's variables are those of the configuration, and required where it requires them", () => {
  const names = MEMBERS.map((member) => `ATTUNE_${member.toUpperCase()}`);
  assertEquals(variables.map(({ name }) => name).toSorted(), names.toSorted());
  for (const { name, isRequired } of variables) {
    const without = () => configOf({ [name]: "" });
    if (isRequired) assertThrows(without, ConfigError);
    else without();
  }
});

Deno.test("The README's defaults are those of the configuration, and it tells each that there is", () => {
  const standard = configOf({});
  for (const { name, standard: cell } of variables) {
    const [, value] = /^`([^`]+)`$/.exec(cell) ?? [];
    if (value !== undefined) assertEquals([name, configOf({ [name]: value })], [name, standard]);
  }
  const told = variables.filter(({ standard }) => /^`[^`]+`$/.test(standard)).length;
  const set = Object.values(standard).filter((value) => value !== null).length;
  assertEquals(told, set - Object.keys(REQUIRED).length);
});

Deno.test("No other variable is named in the README than those of the sensor, its installer and its tests", async () => {
  const others = await Promise.all(
    ["install.sh", "tests/support/artefact.ts"].map((path) =>
      Deno.readTextFile(new URL(path, ROOT))
    ),
  );
  for (const [name] of README.matchAll(/\bATTUNE_[A-Z_]+[A-Z]\b/g)) {
    const isKnown = variables.some((it) => it.name === name) ||
      others.some((text) => text.includes(name));
    assert(isKnown, name);
  }
});

Deno.test("Every message that the README quotes is one of the source", () => {
  const logged = [...sectionOf("Logs").matchAll(/^\| (`.*?`) +\|/gm)]
    .flatMap(([, cell = ""]) => cell.match(/[^`]{2,}(?=`)/g) ?? [])
    .filter((message) => message !== ", ");
  const quoted = [...sectionOf("Troubleshooting").matchAll(/^### "(Fail|Insuf|Token)(.*)"$/gm)]
    .map(([, begin, rest]) => `${begin}${rest}`);
  const named = [...sectionOf("Troubleshooting").matchAll(/`((?:Timer|Refused|Trigger) .*?)`/g)]
    .map(([, message = ""]) => message);
  assertEquals([logged.length > 25, quoted.length, named.length], [true, 4, 3]);
  for (const message of [...logged, ...quoted, ...named]) {
    const parts = fixedParts(message);
    assert(parts.length > 0, message);
    for (const part of parts) assert(code.includes(part), `${part} of ${message}`);
  }
});

Deno.test("The messages that were promised are in the README", () => {
  for (const message of PROMISED_MESSAGES) assertStringIncludes(sectionOf("Logs"), message);
  const [problem] = assertThrows(
    () => configOf({ ATTUNE_SENSOR_REF: "core.http" }),
    ConfigError,
  ).problems;
  const [, heading = ""] = /^### "(Invalid .*)"$/m.exec(README) ?? [];
  assertStringIncludes(problem ?? "", heading || "nothing");
});

Deno.test("The README's exit codes are those of the program", () => {
  const listed = [
    ...sectionOf("Ending").matchAll(/^\| (\d) /gm),
    ...sectionOf("Check").matchAll(/\| (\d) +\|$/gm),
  ].map(([, number]) => Number(number));
  assertEquals([...new Set(listed)].toSorted(), Object.values(ExitCode).toSorted());
});

Deno.test("The README's commands and options of the program are those of its help", () => {
  const names = COMMANDS.map(({ name }) => name);
  for (const [, name = ""] of README.matchAll(/`attune-core-timer-sensor ([a-z]+)/g)) {
    assert(names.includes(name), name);
  }
  const { flags, values } = optionsOf("preview");
  for (const [, option = ""] of sectionOf("Preview").matchAll(/--([a-z]+)/g)) {
    assert([...flags, ...values, "help"].includes(option), option);
  }
});

Deno.test("What the README says of a span is what the source puts there", async () => {
  const tracing = await Deno.readTextFile(new URL("src/observe/tracing.ts", ROOT));
  const attributes = (text: string) =>
    [...new Set(text.match(/\battune\.[a-z_]+\.?[a-z_]+/g) ?? [])].toSorted();
  assertEquals(attributes(sectionOf("Tracing")), attributes(tracing));
});

Deno.test("Each kind of timer has an example in the README that makes one", () => {
  const examples = FENCES.filter(({ language, text, heading }) =>
    language === "json" && heading !== "The event" &&
    sectionOf("Timer configuration").includes(text)
  );
  const kinds = examples.map(({ text }) => {
    const compiled = compile("core.timer", JSON.parse(text), 0);
    assert(compiled.ok, text);
    assertEquals(compiled.warnings, []);
    return compiled.timer.kind;
  });
  assertEquals([...new Set(kinds)].toSorted(), KINDS.toSorted());
});

Deno.test("The README's event has the members of one", () => {
  const compiled = compile("core.timer", { interval: 60 }, 0);
  assert(compiled.ok);
  const { body } = eventOf({
    ruleId: ruleId(123),
    ruleRef: "mypack.every_minute",
    timer: compiled.timer,
    scheduledAt: 60_000,
    dueAt: 60_000,
    coversFrom: 60_000,
    firedAt: 60_003,
    nextAt: 120_000,
    executionCount: 42,
    missedCount: 1,
  }, "core.timer_sensor");
  const payload = Object.keys(JSON.parse(body).payload);
  const example = FENCES.find(({ heading }) => heading === "The event")?.text ?? "";
  for (const member of payload) {
    assertStringIncludes(sectionOf("The event"), member);
  }
  for (const member of Object.keys(JSON.parse(example))) assert(payload.includes(member), member);
});
