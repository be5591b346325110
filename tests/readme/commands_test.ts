import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runCommand } from "../../src/cli/main.ts";
import project from "../../deno.json" with { type: "json" };
import { FakeClock } from "../support/fake_clock.ts";
import { Screen } from "../support/screen.ts";
import {
  COMMANDS,
  commandsNamed,
  exportsOf,
  FENCES,
  README,
  sectionOf,
  wordsOf,
} from "./readme.ts";

const ROOT = new URL("../../", import.meta.url);
/** When the README's previews were made. */
const NOW = Date.parse("2026-11-24T00:45:00Z");

/** The test that runs the README's commands word for word, by their names. */
const HERE = "tests/e2e/readme_test.ts";
const INSTALL = "tests/integration/install_test.ts";
const SYSTEMD = "tests/integration/systemd_test.ts";

/**
 * Every command of the README, with the file in which it is run and words of it: the name of the test that
 * does so, or where a program does it, the code. `null`: the command's own name, in {@link HERE}.
 */
const RUN_BY: Readonly<Record<string, readonly [file: string, words: string] | null>> = {
  "npx -y deno@2.9.6 task dev": ["tests/e2e/sandbox_test.ts", '"task", "-q", "dev"'],
  "npx -y deno@2.9.6 task test": [".ci/run", "deno task test"],
  "sh install.sh": [INSTALL, "the latest release is installed, replaced and removed"],
  "sh install.sh --from-source": [
    "tests/e2e/install_source_test.ts",
    "A checkout installs what deno compile makes of it",
  ],
  "attune-core-timer-sensor": null,
  "sh install.sh --dir /opt/attune/bin": [SYSTEMD, '"--dir", "/usr/local/bin"'],
  "sh install.sh --systemd": [SYSTEMD, "--systemd writes a unit and settings that only root reads"],
  "sh install.sh --uninstall": [
    SYSTEMD,
    "--uninstall takes the unit along and leaves the settings",
  ],
  "ATTUNE_SENSOR_VERSION=v0.1.0 sh install.sh": [
    INSTALL,
    "A release is named with or without its v",
  ],
  "deno task bundle": ["tests/e2e/bundle_test.ts", 'checkout.task(["bundle"])'],
  "dist/attune-core-timer-sensor.js --version": [
    "tests/e2e/bundle_test.ts",
    "The bundle tells its version and previews a rule, from wherever it is started",
  ],
  "deno task compile": ["tests/support/executable.ts", '"task", "-q", "compile"'],
  "deno task compile -- all": [".github/workflows/release.yml", "deno task compile -- all"],
  "echo '{…}' | attune-core-timer-sensor --stdin-config": null,
  "sudo rabbitmqctl set_permissions attune-timer '^(sensor\\.core\\.timer_sensor|attune\\.events$)' '^(sensor\\.core\\.timer_sensor|amq\\.default$)' '^(sensor\\.core\\.timer_sensor|attune\\.events$)'":
    [HERE, "set_permissions"],
  "sudo rabbitmqctl delete_queue sensor.core.timer_sensor.checkpoint": null,
  'curl -X POST "$ATTUNE_API_URL/service-accounts" -H "Authorization: Bearer $ADMIN_TOKEN" -H "Content-Type: application/json" -d \'{…}\'':
    [HERE, "service-accounts"],
  "deno task start": null,
  "deno run --no-config --no-lock --no-remote --no-npm --no-prompt --allow-net=attune.example.com:443,rabbitmq.example.com:5671 --allow-env=ATTUNE_API_URL,ATTUNE_API_TOKEN,ATTUNE_SENSOR_REF,ATTUNE_MQ_URL,ATTUNE_MQ_EXCHANGE,ATTUNE_LOG_LEVEL dist/attune-core-timer-sensor.js":
    [
      "tests/e2e/privilege_test.ts",
      "The sensor asks for its variables, its hosts and its token file",
    ],
  "sudo sh install.sh --systemd": null,
  "sudoedit /etc/attune/sensor-timer.env": null,
  "sudo systemctl daemon-reload": null,
  "sudo systemctl enable --now attune-core-timer-sensor": null,
  "systemctl status attune-core-timer-sensor": null,
  "journalctl -u attune-core-timer-sensor -f": null,
  'journalctl -u attune-core-timer-sensor -o cat --since today | grep \'"level":"error"\'': [
    HERE,
    "--since today",
  ],
  "sudo systemctl restart attune-core-timer-sensor": null,
  "sudo systemctl edit attune-core-timer-sensor": null,
  "sudo install -D -m 0644 token.new /var/lib/private/attune-core-timer-sensor/token.new": null,
  "sudo mv /var/lib/private/attune-core-timer-sensor/token.new /var/lib/private/attune-core-timer-sensor/token":
    [HERE, "sudo mv"],
  "docker build --file .container/Containerfile --tag attune-core-timer-sensor .": null,
  "docker run --rm --read-only --cap-drop ALL --env-file sensor-timer.env attune-core-timer-sensor":
    null,
  "kubectl patch secret attune-timer-sensor -p '{…}'": null,
  "attune-core-timer-sensor preview --count 3 --after 2027-03-26T12:00:00Z '{…}'": [
    "tests/readme/commands_test.ts",
    "The README's previews are what the command prints",
  ],
  "echo '{…}' | attune-core-timer-sensor preview --batch": [
    "tests/readme/commands_test.ts",
    "The README's batch is answered as it says",
  ],
  "attune-core-timer-sensor check": null,
  "curl 'http://127.0.0.1:9464/timers?state=refused'": null,
  "curl 'http://127.0.0.1:9464/timers?search=backup&sort=next&limit=10'": null,
  "curl 'http://127.0.0.1:9464/timers/123'": null,
  "deno task bench": [HERE, "deno task bench throughput"],
  "deno task bench throughput": null,
  "deno task ok": [".github/workflows/ci.yml", "deno task ok"],
  "deno task test": [".ci/run", "deno task test"],
  "deno task dev": ["tests/e2e/sandbox_test.ts", '"task", "-q", "dev"'],
  "deno task simulate": [".github/workflows/weekly.yml", "task: simulate"],
  "deno task mutants": [".github/workflows/weekly.yml", "task: mutants"],
  "deno task chaos": null,
  "deno task outage": null,
  "deno task": null,
  "ATTUNE_SENSOR_CMD=dist/attune-core-timer-sensor.js deno test -A $(deno task -q std) tests/e2e/":
    ["tests/run.ts", "[...std, END_TO_END], { ATTUNE_SENSOR_CMD: executable }"],
};

/** Runs the program as a shell would have it after `attune-core-timer-sensor`. */
async function printed(args: readonly string[], stdin = ""): Promise<string> {
  const [stdout, stderr] = [new Screen(), new Screen()];
  await runCommand(args, {
    env: { get: () => undefined, toObject: () => ({}) },
    clock: new FakeClock(NOW),
    stdin: () => new Blob([stdin]).stream(),
    stdout,
    stderr,
  });
  assertEquals(stderr.text, "");
  return stdout.text;
}

Deno.test("Every command of the README is run by a test, and none that it does not have", () => {
  const names = new Set(COMMANDS.map(({ name }) => name));
  assertEquals(Object.keys(RUN_BY).toSorted(), [...names].toSorted());
});

for (const [name, place] of Object.entries(RUN_BY)) {
  const [file, words] = place ?? [HERE, name];
  Deno.test(`${file} runs ${name.slice(0, 60)}`, async () => {
    assertStringIncludes(await Deno.readTextFile(new URL(file, ROOT)), words);
  });
}

Deno.test("The README's previews are what the command prints", async () => {
  const preview =
    FENCES.find(({ heading, language }) => heading === "Preview" && language === "console")?.text ??
      "";
  const commands = commandsNamed(
    "attune-core-timer-sensor preview --count 3 --after 2027-03-26T12:00:00Z '{…}'",
  );
  const shown = await Promise.all(commands.map(async ({ text }) => {
    const [, ...args] = wordsOf(text);
    return `$ ${text}\n${await printed(args)}`;
  }));
  assertEquals(preview, shown.join(""));
});

Deno.test("The README's batch is answered as it says", async () => {
  const [batch] = commandsNamed("echo '{…}' | attune-core-timer-sensor preview --batch");
  const [, line, , , ...args] = wordsOf(batch?.text ?? "");
  assertStringIncludes(README, `preview --batch\n# ${await printed(args, `${line}\n`)}`);
});

Deno.test("The README names only tasks that there are, and each benchmark", async () => {
  const named = new Set([...README.matchAll(/deno task ([a-z]+)/g)].map(([, task = ""]) => task));
  assertEquals([...named].filter((task) => !Object.hasOwn(project.tasks, task)), []);
  const benchmarks = await Deno.readTextFile(new URL("tests/bench/main.ts", ROOT));
  assertEquals(
    [...sectionOf("Performance").matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name),
    [...benchmarks.matchAll(/^ {2}\["(\w+)", \1\]/gm)].map(([, name]) => name),
  );
});

Deno.test("The README's shortest configuration is the four variables without which nothing works", () => {
  const names = Object.keys(exportsOf("Configuration"));
  assertEquals(Object.keys(exportsOf("From a checkout")), names);
  assertEquals(names.length, 4);
  assertMatch(sectionOf("Configuration"), /\nattune-core-timer-sensor\n/);
  assert(names.every((name) => sectionOf("Configuration").includes(`| \`${name}\``)));
});
