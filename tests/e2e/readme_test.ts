import { assert, assertEquals, assertMatch } from "@std/assert";
import { parseAllDocuments } from "yaml";
import * as z from "zod";
import { NAME } from "../../src/dev/artefacts.ts";
import { startPlatform } from "../../src/dev/platform/platform.ts";
import { COMMANDS, commandsNamed, exportsOf, FENCES, wordsOf } from "../readme/readme.ts";
import { Checkout, type Ended, runToEnd } from "../support/checkout.ts";
import { modeOf } from "../support/mode_of.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { ReleaseServer } from "../support/release_server.ts";
import { Sensor, type SensorOptions } from "../support/sensor.ts";
import { ROOT } from "../support/std_flags.ts";
import { World } from "../support/world.ts";

/** Where the README asks a sensor. */
const ADMIN = "http://127.0.0.1:9464";
/** Whom it gives rights in RabbitMQ. */
const USER = "attune-timer";
/** Nobody listens there. */
const NOWHERE = { apiUrl: "http://127.0.0.1:1", mqUrl: "amqp://127.0.0.1:1", token: "a.b.c" };

/** A machine that is a folder, with stand-ins for what a test cannot have. */
const STAND_INS: Readonly<Record<string, string>> = {
  // The machine's paths are below the folder.
  sudo: `for word; do
    case $word in /*) word=$DESTDIR$word ;; esac
    shift; set -- "$@" "$word"
  done
  exec "$@"`,
  sudoedit: `[ -f "$DESTDIR$1" ]`,
  // It knows the unit that is installed, and no other.
  systemctl: `for unit; do :; done
  [ "$unit" = daemon-reload ] || [ -f "$DESTDIR/etc/systemd/system/$unit.service" ]`,
  journalctl: `[ "$1 $2" = "-u ${NAME}" ] && cat "$DESTDIR/log"`,
  docker: `printf '%s\\n' "$@" >"$DESTDIR/docker-$1"`,
  kubectl: `printf '%s\\n' "$@" >"$DESTDIR/kubectl-$1"`,
};

/** In the order in which somebody would type them. */
const ON_A_MACHINE = [
  "sudo sh install.sh --systemd",
  "sudoedit /etc/attune/sensor-timer.env",
  "sudo systemctl daemon-reload",
  "sudo systemctl enable --now attune-core-timer-sensor",
  "systemctl status attune-core-timer-sensor",
  "journalctl -u attune-core-timer-sensor -f",
  'journalctl -u attune-core-timer-sensor -o cat --since today | grep \'"level":"error"\'',
  "sudo systemctl restart attune-core-timer-sensor",
  "sudo systemctl edit attune-core-timer-sensor",
  "sudo install -D -m 0644 token.new /var/lib/private/attune-core-timer-sensor/token.new",
  "sudo mv /var/lib/private/attune-core-timer-sensor/token.new " +
  "/var/lib/private/attune-core-timer-sensor/token",
  "docker build --file .container/Containerfile --tag attune-core-timer-sensor .",
  "docker run --rm --read-only --cap-drop ALL --env-file sensor-timer.env attune-core-timer-sensor",
  "kubectl patch secret attune-timer-sensor -p '{…}'",
] as const;

const QUESTIONS = [
  "curl 'http://127.0.0.1:9464/timers?state=refused'",
  "curl 'http://127.0.0.1:9464/timers?search=backup&sort=next&limit=10'",
  "curl 'http://127.0.0.1:9464/timers/123'",
];

/** Tasks that take long: with what they are run here, their exit code, and what they print. */
const TASKS: readonly (readonly [
  command: string,
  args: readonly string[],
  code: number,
  printed: RegExp,
])[] = [
  ["deno task", [], 0, /^- chaos/m],
  ["deno task bench throughput", ["nothing"], 2, /^ {2}throughput +\d/m],
  ["deno task chaos", ["--list"], 0, /^sensor_kill/m],
  ["deno task outage", ["--minutes", "0"], 1, /minutes/],
];

const Json = z.record(z.string(), z.unknown());
const Secret = z.object({
  metadata: z.object({ name: z.string() }),
  stringData: z.record(z.string(), z.string()),
});

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

/** The one command of this name, as it stands in the README. */
function commandNamed(name: string): string {
  const [command, ...others] = commandsNamed(name);
  assertEquals(others.filter(({ text }) => text !== command?.text), []);
  return command?.text ?? "";
}

/** The sensor's options with what the README exports below a heading, but for where this world is. */
function optionsOf(world: World, heading: string): SensorOptions {
  const { apiUrl, mqUrl, token = "" } = world.sensor();
  const here = { ATTUNE_API_URL: apiUrl, ATTUNE_API_TOKEN: token, ATTUNE_MQ_URL: mqUrl };
  return { apiUrl, mqUrl, env: { ...exportsOf(heading), ...here } };
}

/** What a sensor tells beside its information. */
function graveLines(sensor: Sensor): string[] {
  return sensor.lines.filter(({ level }) => level !== "info").map(({ message }) => message);
}

function sh(command: string, options: Deno.CommandOptions = {}): Promise<Ended> {
  return runToEnd("sh", ["-c", command], options);
}

Deno.test("The README's variables start a sensor, by its name and as a task", async () => {
  await using world = await World.on(rabbit);
  assertEquals(commandNamed("attune-core-timer-sensor"), NAME);
  const [, ...task] = wordsOf(commandNamed("deno task start"));
  for (
    const options of [
      optionsOf(world, "Configuration"),
      { ...optionsOf(world, "From a checkout"), command: [Deno.execPath(), ...task] },
    ]
  ) {
    await using sensor = await Sensor.ready(options);
    assertEquals(await sensor.stop(), 0);
  }
});

Deno.test("The README's JSON starts a sensor", async () => {
  await using world = await World.on(rabbit);
  const { apiUrl, mqUrl, token } = world.sensor();
  const [, json = "", , , ...args] = wordsOf(
    commandNamed("echo '{…}' | attune-core-timer-sensor --stdin-config"),
  );
  const here = { api_url: apiUrl, api_token: token, mq_url: mqUrl };
  const stdin = JSON.stringify({ ...Json.parse(JSON.parse(json)), ...here });
  await using sensor = await Sensor.ready({ apiUrl, mqUrl, stdin, args });
  assertEquals(await sensor.stop(), 0);
});

Deno.test("The rights that the README names suffice, and so does its way back", async () => {
  await using world = await World.on(rabbit);
  const [grant] = COMMANDS.filter(({ name }) => name.includes(` set_permissions ${USER} `));
  const [, , ...rights] = wordsOf(grant?.text ?? "");
  await rabbit.ctl("add_user", USER, "secret");
  await rabbit.ctl(...rights);
  const mqUrl = rabbit.url().replace("guest:guest", `${USER}:secret`);
  for (const env of [{}, { ATTUNE_HA: "true" }]) {
    await using sensor = await Sensor.ready({ ...world.sensor(env), mqUrl });
    await sensor.line(/^The outbox is ready/);
    assertEquals([await sensor.stop(), graveLines(sensor)], [0, []]);
  }
  const wayBack = "sudo rabbitmqctl delete_queue sensor.core.timer_sensor.checkpoint";
  await rabbit.ctl(...wordsOf(commandNamed(wayBack)).slice(2));
});

Deno.test("The README's check is what the command prints, but for names and numbers", async () => {
  await using world = await World.on(rabbit, { older: true });
  const rules = { trigger_ref: "core.timer", pack_ref: "mypack" };
  world.platform.rules.silently.create({
    ...rules,
    ref: "mypack.hourly",
    trigger_params: { interval: 1, unit: "hours" },
  });
  world.platform.rules.silently.create({
    ...rules,
    ref: "mypack.report",
    trigger_params: { expression: "61 * * * *" },
  });
  const token = await world.platform.sensorToken({
    triggerTypes: ["core.timer", "core.intervaltimer"],
  });
  await using running = await Sensor.ready({ ...world.sensor(), token });
  const [, ...args] = wordsOf(commandNamed("attune-core-timer-sensor check"));
  await using check = await Sensor.start({ ...world.sensor(), token, args });
  assertEquals(await check.exit(), 6);
  const example = FENCES.find(({ heading }) => heading === "Check")?.text ?? "";
  const [begin = "", end = ""] = alike(example.slice(example.indexOf("\n") + 1)).split("…\n");
  const printed = alike(`${check.output.join("\n")}\n`);
  assertEquals(printed.slice(0, begin.length), begin);
  assertEquals(printed.slice(-end.length), end);
  assertEquals(await running.stop(), 0);
});

/** A text without what differs from one time to the next. */
function alike(text: string): string {
  return text.replaceAll(/http:\S+/g, "URL").replaceAll(/\d+ (h|min)\b/g, "0 $1")
    .replaceAll(/\d/g, "0");
}

Deno.test("An administrator makes a service account by the README's command", async () => {
  await using platform = await startPlatform({ older: true });
  const env = { ATTUNE_API_URL: platform.url, ADMIN_TOKEN: await platform.adminToken() };
  const [command] = COMMANDS.filter(({ name }) => name.includes("/service-accounts"));
  const { stdout } = await sh(command?.text ?? "", { env });
  const { token, name } = Json.parse(JSON.parse(stdout));
  assertEquals(name, "sensor:core.timer");
  assertMatch(String(token), /^eyJ/);
});

Deno.test("The README's questions about timers are answered", async () => {
  await using world = await World.on(rabbit, { older: true });
  const rule = world.platform.rules.silently.create({
    ref: "pack.backup",
    trigger_ref: "core.timer",
    trigger_params: { interval: 1, unit: "hours" },
  });
  await using sensor = await Sensor.ready(world.sensor({ ATTUNE_ADMIN_ADDR: "127.0.0.1:0" }));
  const here = await sensor.adminUrl();
  const answers: unknown[] = [];
  for (const question of QUESTIONS) {
    const command = commandNamed(question).replace(ADMIN, here).replace("123", String(rule.id));
    const { stdout } = await sh(command);
    const { total, rule_ref } = Json.parse(JSON.parse(stdout));
    answers.push(total ?? rule_ref);
  }
  assertEquals(answers, [0, 1, "pack.backup"]);
  assertEquals(await sensor.stop(), 0);
});

Deno.test("The README's answers and its log line have the members of real ones", async () => {
  await using world = await World.on(rabbit, { older: true });
  const rule = world.platform.rules.silently.create({
    ref: "pack.often",
    trigger_ref: "core.timer",
    trigger_params: { interval: 1, unit: "seconds" },
  });
  await using sensor = await Sensor.ready(world.sensor({ ATTUNE_ADMIN_ADDR: "127.0.0.1:0" }));
  const here = await sensor.adminUrl();
  const answer = async (path: string) => await (await fetch(`${here}${path}`)).text();
  await world.event(rule);
  const fired = await sensor.line(/^Timer fired for rule/);
  const real = [JSON.stringify(fired), await answer("/readyz"), await answer("/timers")];
  const shown = ["Logs", "Health checks", "Timers"].map((name) =>
    FENCES.find(({ heading, language }) => heading === name && language === "json")?.text ?? ""
  );
  assertEquals(shown.map(membersOf), real.map(membersOf));
  assertEquals(await sensor.stop(), 0);
});

/** The members of an object, and of the first of its timers. */
function membersOf(json: string): string[][] {
  const object = Json.parse(JSON.parse(json));
  const [timer = {}] = z.array(Json).catch([]).parse(object["timers"]);
  return [object, timer].map((it) => Object.keys(it).toSorted());
}

Deno.test("The README's commands for a machine, a container and a cluster do what they should, as far as stand-ins tell", async () => {
  await using checkout = await Checkout.make();
  await using server = new ReleaseServer();
  await server.publish("v1.0.0", {
    [`${NAME}-${Deno.build.arch}-unknown-linux-gnu`]: await Deno.readFile("/bin/sleep"),
  });
  const machine = checkout.file("machine");
  await Deno.mkdir(machine);
  for (const [name, text] of Object.entries(STAND_INS)) {
    await Deno.writeTextFile(`${machine}/${name}`, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  await using refused = await Sensor.start({ ...NOWHERE, env: { ATTUNE_LOG_LEVEL: "loud" } });
  assertEquals(await refused.exit(), 2);
  await Deno.writeTextFile(`${machine}/log`, `${refused.output.join("\n")}\n`);
  await Deno.writeTextFile(checkout.file("token.new"), "the new one");
  const env = {
    DESTDIR: machine,
    PATH: `${machine}:${Deno.env.get("PATH")}`,
    ATTUNE_SENSOR_MIRROR: server.url,
    ATTUNE_SENSOR_DIR: "/usr/local/bin",
  };
  for (const name of ON_A_MACHINE) {
    const { code, stderr } = await sh(commandNamed(name), { cwd: checkout.path, env });
    assertEquals([name, code], [name, 0], stderr);
  }
  const token = `${machine}/var/lib/private/${NAME}/token`;
  assertEquals([await Deno.readTextFile(token), await modeOf(token)], ["the new one", 0o644]);
  const [, file = ""] =
    (await Deno.readTextFile(`${machine}/docker-build`)).match(/--file\n(.*)/) ??
      [];
  assert((await Deno.stat(new URL(file, ROOT))).isFile);
  const patched = (await Deno.readTextFile(`${machine}/kubectl-patch`)).trimEnd().split("\n");
  const manifests = FENCES.find(({ text }) => text.startsWith("apiVersion: v1\n"))?.text ?? "";
  const secret = Secret.parse(parseAllDocuments(manifests)[0]?.toJS());
  const patch = Secret.pick({ stringData: true }).parse(JSON.parse(patched.at(-1) ?? ""));
  assertEquals(patched.slice(0, 3), ["patch", "secret", secret.metadata.name]);
  assert(Object.keys(patch.stringData).every((key) => Object.hasOwn(secret.stringData, key)));
});

for (const [name, args, code, printed] of TASKS) {
  Deno.test(`${name} is a task that starts`, async () => {
    const [, ...words] = wordsOf(commandNamed(name));
    const ended = await runToEnd(Deno.execPath(), [...words, ...args], {
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    });
    assertEquals(ended.code, code, ended.stderr);
    assertMatch(`${ended.stdout}${ended.stderr}`, printed);
  });
}
