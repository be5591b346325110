import { assertEquals, assertStringIncludes } from "@std/assert";
import { NAME } from "../../src/dev/artefacts.ts";
import { Checkout, type Ended, runToEnd } from "../support/checkout.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { Sensor } from "../support/sensor.ts";
import { World } from "../support/world.ts";

let checkout: Checkout;
let executable: string;
Deno.test.beforeAll(async () => {
  checkout = await Checkout.make();
  executable = checkout.file(`bin/${NAME}`);
});
Deno.test.afterAll(() => checkout[Symbol.asyncDispose]());

function install(denort: string, dir: string = checkout.file("bin")): Promise<Ended> {
  const args = [checkout.file("install.sh"), "--from-source", "--dir", dir];
  return runToEnd("sh", args, { cwd: "/", env: { DENORT_BIN: denort } });
}

Deno.test("A checkout installs what deno compile makes of it", async () => {
  // Any executable of the system stands in for the base runtime; it tells a version.
  const { code, stderr } = await install("/bin/true");
  assertEquals(code, 0, stderr);
  const installed = await Deno.readFile(executable);
  assertStringIncludes(new TextDecoder("latin1").decode(installed), `"app_name":"${NAME}"`);
});

Deno.test("Without a base runtime a checkout installs its bundle with a Deno of its own, and says so", async () => {
  const { code, stderr } = await install("/nowhere/denort");
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "installing the bundle instead, with Deno");
});

Deno.test("The bundle so installed runs from a folder of whatever name, of which nothing is run", async () => {
  const dir = checkout.file(`a 'b' "$(touch ${checkout.file("run")})"`);
  const { code, stderr } = await install("/nowhere/denort", dir);
  assertEquals(code, 0, stderr);
  const { stdout } = await runToEnd(`${dir}/${NAME}`, ["--version"]);
  assertStringIncludes(stdout, NAME);
  assertEquals([...Deno.readDirSync(checkout.path)].filter(({ name }) => name === "run"), []);
});

Deno.test({
  name: "The bundle so installed runs as a service's user, who has no home and may write nowhere",
  // Only root can become another.
  ignore: Deno.uid() !== 0,
  fn: async () => {
    await Deno.chmod(checkout.path, 0o755);
    const args = ["--reuid=61234", "--regid=61234", "--clear-groups", executable, "--version"];
    const ended = await runToEnd("setpriv", args, { clearEnv: true, cwd: "/" });
    assertEquals([ended.code, ended.stderr], [0, ""]);
    assertStringIncludes(ended.stdout, NAME);
  },
});

Deno.test("The bundle so installed follows a token file, the only file that it may read", async () => {
  await using rabbit = await RabbitMq.start();
  await using world = await World.on(rabbit);
  const path = checkout.file("token");
  await Deno.writeTextFile(path, world.token);
  const { token: _, ...options } = world.sensor({ ATTUNE_API_TOKEN_FILE: path });
  await using sensor = await Sensor.ready({ ...options, command: [executable] });
  await Deno.writeTextFile(path, await world.platform.sensorToken({ ttlSeconds: 7200 }));
  world.refuseTokenOnce();
  const rule = await world.platform.rules.create({
    ref: "e2e.installed",
    trigger_ref: "core.intervaltimer",
    trigger_params: { interval: 1, unit: "seconds" },
  });
  await world.event(rule);
  assertEquals([await sensor.stop(), sensor.stderr], [0, ""]);
});

Deno.test("An executable takes the bundle's place, and is removed without a rest", async () => {
  assertEquals((await install("/bin/true")).code, 0);
  assertEquals([...Deno.readDirSync(checkout.file("bin"))].map(({ name }) => name), [NAME]);
  const args = [checkout.file("install.sh"), "--uninstall", "--dir", checkout.file("bin")];
  assertEquals((await runToEnd("sh", args)).code, 0);
  assertEquals([...Deno.readDirSync(checkout.file("bin"))], []);
});
