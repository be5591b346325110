import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { NAME } from "../../src/dev/artefacts.ts";
import { runToEnd } from "../support/checkout.ts";
import { ensureCommands } from "../support/debian.ts";
import { modeOf } from "../support/mode_of.ts";
import { ReleaseServer } from "../support/release_server.ts";
import { ROOT } from "../support/std_flags.ts";

const SCRIPT = new URL("install.sh", ROOT).pathname;
const FILE = `${NAME}-${Deno.build.arch}-unknown-linux-gnu`;
const UNIT = `etc/systemd/system/${NAME}.service`;
const SETTINGS = "etc/attune/sensor-timer.env";
/** Of 10; a unit that hardens nothing has 9.6. */
const MOST_EXPOSURE = 1.5;

let server: ReleaseServer;
/** What stands for the machine's root. */
let root: string;
Deno.test.beforeAll(async () => {
  await ensureCommands({ "systemd-analyze": "systemd", curl: "curl" });
  server = new ReleaseServer();
  await server.publish("v1.0.0", { [FILE]: await Deno.readFile("/bin/sleep") });
  root = await Deno.makeTempDir({ prefix: "systemd_" });
});
Deno.test.afterAll(async () => {
  await Deno.remove(root, { recursive: true });
  await server[Symbol.asyncDispose]();
});

async function install(...args: readonly string[]): Promise<string> {
  const { code, stderr } = await runToEnd("sh", [SCRIPT, ...args], {
    env: { DESTDIR: root, ATTUNE_SENSOR_MIRROR: server.url },
  });
  assertEquals(code, 0, stderr);
  return stderr;
}

Deno.test("--systemd writes a unit and settings that only root reads, and enables nothing", async () => {
  const said = await install("--systemd", "--dir", "/usr/local/bin");
  assertStringIncludes(said, `systemctl enable --now ${NAME}`);
  assertEquals([await modeOf(`${root}/${UNIT}`), await modeOf(`${root}/${SETTINGS}`)], [
    0o644,
    0o600,
  ]);
  const made = await runToEnd("find", [root, "-not", "-type", "d", "-printf", "%P\n"]);
  const expected = [SETTINGS, UNIT, `usr/local/bin/${NAME}`];
  assertEquals(made.stdout.trim().split("\n").toSorted(), expected);
});

Deno.test("--systemd again writes the unit anew and leaves the settings alone", async () => {
  await Deno.writeTextFile(`${root}/${UNIT}`, "of before");
  await Deno.writeTextFile(`${root}/${SETTINGS}`, "ATTUNE_API_TOKEN=secret\n");
  await install("--systemd", "--dir", "/usr/local/bin");
  assertStringIncludes(await Deno.readTextFile(`${root}/${UNIT}`), "[Service]\n");
  assertEquals(await Deno.readTextFile(`${root}/${SETTINGS}`), "ATTUNE_API_TOKEN=secret\n");
});

Deno.test("A service that could not see its executable is refused", async () => {
  const args = [SCRIPT, "--systemd", "--dir", "/home/someone/bin"];
  const { code, stderr } = await runToEnd("sh", args, {
    env: { DESTDIR: root, ATTUNE_SENSOR_MIRROR: server.url },
  });
  assertEquals(code, 1);
  assertStringIncludes(stderr, "a service sees no home");
});

Deno.test("systemd understands each line of the unit", async () => {
  const unit = await Deno.readTextFile(`${root}/${UNIT}`);
  // It would miss the executable, which is not really there.
  const path = `${root}/${NAME}.service`;
  await Deno.writeTextFile(path, unit.replace(/^ExecStart=.*$/m, "ExecStart=/bin/true"));
  using _unit = { [Symbol.dispose]: () => Deno.removeSync(path) };
  const { code, stdout, stderr } = await runToEnd("systemd-analyze", ["verify", "--man=no", path]);
  const about = `${stdout}${stderr}`.split("\n").filter((line) => line.includes(NAME));
  assertEquals([code, about], [0, []]);
});

Deno.test(`systemd-analyze security finds an exposure of at most ${MOST_EXPOSURE}`, async () => {
  const { stdout } = await runToEnd("systemd-analyze", [
    "security",
    "--offline=true",
    "--no-pager",
    `${root}/${UNIT}`,
  ]);
  const [, exposure = "none"] = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout) ?? [];
  assert(Number(exposure) <= MOST_EXPOSURE, `${exposure}\n${stdout}`);
});

Deno.test("--uninstall takes the unit along and leaves the settings", async () => {
  await install("--uninstall", "--dir", "/usr/local/bin");
  const left = await runToEnd("find", [root, "-not", "-type", "d", "-printf", "%P\n"]);
  assertEquals(left.stdout.trim(), SETTINGS);
});
