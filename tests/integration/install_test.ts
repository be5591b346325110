import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { NAME } from "../../src/dev/artefacts.ts";
import { type Ended, runToEnd } from "../support/checkout.ts";
import { ensureCommands } from "../support/debian.ts";
import { modeOf } from "../support/mode_of.ts";
import { ReleaseServer } from "../support/release_server.ts";
import { ROOT } from "../support/std_flags.ts";

const SCRIPT = new URL("install.sh", ROOT).pathname;
const SHELLS = [["dash"], ["bash"], ["busybox", "sh"]] as const;
const FILE = `${NAME}-${Deno.build.arch}-unknown-linux-gnu`;
/** Executables of the system stand in for two releases: they tell a version, and the first can wait. */
const FIRST = await Deno.readFile("/bin/sleep");
const SECOND = await Deno.readFile("/bin/cat");

let server: ReleaseServer;
Deno.test.beforeAll(async () => {
  await ensureCommands({
    dash: "dash",
    bash: "bash",
    busybox: "busybox",
    shellcheck: "shellcheck",
    curl: "curl",
    wget: "wget",
  });
});
Deno.test.beforeEach(async () => {
  server = new ReleaseServer();
  await server.publish("v1.0.0", { [FILE]: FIRST });
});
Deno.test.afterEach(() => server[Symbol.asyncDispose]());

/** A folder to install into, and how. */
class Target implements Disposable {
  readonly dir: string = Deno.makeTempDirSync({ prefix: "install_" });
  readonly executable: string = `${this.dir}/${NAME}`;

  install(
    args: readonly string[] = [],
    { shell = ["dash"], env = {} }: {
      shell?: readonly string[];
      env?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<Ended> {
    const [command = "", ...words] = shell;
    return runToEnd(command, [...words, SCRIPT, ...args], {
      clearEnv: true,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        ATTUNE_SENSOR_MIRROR: server.url,
        ATTUNE_SENSOR_DIR: this.dir,
        ...env,
      },
    });
  }

  /** The names of what is there. */
  get names(): string[] {
    return [...Deno.readDirSync(this.dir)].map(({ name }) => name).toSorted();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.dir, { recursive: true });
  }
}

/** A search path with nothing but some of the system's commands, and others that a test wrote. */
class Toolbox implements Disposable {
  readonly path: string = Deno.makeTempDirSync({ prefix: "toolbox_" });

  constructor(commands: readonly string[], written: Readonly<Record<string, string>> = {}) {
    for (const command of commands) {
      Deno.symlinkSync(`/usr/bin/${command}`, `${this.path}/${command}`);
    }
    for (const [name, text] of Object.entries(written)) {
      Deno.writeTextFileSync(`${this.path}/${name}`, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    }
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
const BASE = "dash sh mktemp mkdir uname getconf awk grep cut cat chmod mv rm id dirname".split(
  " ",
);

function assertRefused({ code, stderr }: Ended, reason: string): void {
  assertEquals(code, 1, stderr);
  assertStringIncludes(stderr, reason);
}

Deno.test("install.sh is without a finding of shellcheck", async () => {
  const { stdout } = await runToEnd("shellcheck", ["--shell=sh", "--format=gcc", SCRIPT]);
  assertEquals(stdout, "");
});

for (const shell of SHELLS) {
  Deno.test(`Under ${shell.join(" ")} the latest release is installed, replaced and removed`, async () => {
    using target = new Target();
    const first = await target.install([], { shell });
    assertEquals(first.code, 0, first.stderr);
    assertEquals(await Deno.readFile(target.executable), FIRST);
    assertEquals(await modeOf(target.executable), 0o755);
    await server.publish("v1.1.0", { [FILE]: SECOND });
    assertEquals((await target.install([], { shell })).code, 0);
    assertEquals([await Deno.readFile(target.executable), target.names], [SECOND, [NAME]]);
    assertEquals((await target.install(["--uninstall"], { shell })).code, 0);
    assertEquals(target.names, []);
  });

  for (const fault of ["tampered", "truncated", "missing"] as const) {
    Deno.test(`Under ${shell.join(" ")} a ${fault} executable is not installed, nor run, and what was there stays`, async () => {
      using target = new Target();
      await Deno.writeTextFile(target.executable, "of before");
      server.faults.set(FILE, fault);
      const reason = fault === "missing" ? "cannot download" : "expected SHA-256";
      assertRefused(await target.install([], { shell }), reason);
      assertEquals(await Deno.readTextFile(target.executable), "of before");
      assertEquals(target.names, [NAME]);
    });
  }
}

Deno.test("A release is named with or without its v", async () => {
  await server.publish("v1.1.0", { [FILE]: SECOND });
  for (const ATTUNE_SENSOR_VERSION of ["1.0.0", "v1.0.0"]) {
    using target = new Target();
    assertEquals((await target.install([], { env: { ATTUNE_SENSOR_VERSION } })).code, 0);
    assertEquals(await Deno.readFile(target.executable), FIRST);
  }
  using target = new Target();
  const env = { ATTUNE_SENSOR_VERSION: "v9.9.9" };
  assertRefused(await target.install([], { env }), "download/v9.9.9/SHA256SUMS");
});

Deno.test("Without sums, or where they do not name the file, nothing is downloaded", async () => {
  using target = new Target();
  server.faults.set("SHA256SUMS", "missing");
  assertRefused(await target.install(), "cannot download");
  server.faults.clear();
  await server.publish("v1.1.0", { other: SECOND });
  assertRefused(await target.install(), `does not name ${FILE}`);
  assertEquals(server.asked.filter((path) => path.endsWith(FILE)), []);
  assertEquals(target.names, []);
});

Deno.test("Without a place to download from it says what to set", async () => {
  using target = new Target();
  const ended = await target.install([], { env: { ATTUNE_SENSOR_MIRROR: "" } });
  assertRefused(ended, "set ATTUNE_SENSOR_MIRROR");
});

const libraries: readonly (readonly [string, Record<string, string>, string])[] = [
  ["an old glibc", { getconf: "echo glibc 2.26" }, "glibc 2.26: the executable needs 2.27"],
  ["musl", { getconf: "exit 1", ldd: "echo 'musl libc (x86_64)' >&2; exit 1" }, "has musl"],
  ["another processor", { uname: 'test "$1" = -s && echo Linux || echo riscv64' }, "riscv64"],
  ["another system", { uname: 'test "$1" = -s && echo Plan9 || echo x86_64' }, "for Plan9"],
];
for (const [system, commands, reason] of libraries) {
  Deno.test(`On ${system} it says that there is no executable, before it downloads one`, async () => {
    using target = new Target();
    const replaced = BASE.filter((name) => !(name in commands));
    using tools = new Toolbox([...replaced, "curl", "sha256sum"], commands);
    assertRefused(await target.install([], { env: { PATH: tools.path } }), reason);
    assertEquals([server.asked, target.names], [[], []]);
  });
}

Deno.test("An executable that does not run on this machine is not installed", async () => {
  using target = new Target();
  await Deno.writeTextFile(target.executable, "of before");
  await server.publish("v1.1.0", { [FILE]: new TextEncoder().encode("#!/bin/sh\nexit 127\n") });
  assertRefused(await target.install(), "does not run on this machine");
  assertEquals(await Deno.readTextFile(target.executable), "of before");
});

Deno.test("Where there is no curl, wget does it, and without either it says so", async () => {
  using target = new Target();
  using wget = new Toolbox([...BASE, "wget", "sha256sum"]);
  const ended = await target.install([], { env: { PATH: wget.path } });
  assertEquals(ended.code, 0, ended.stderr);
  assertEquals(await Deno.readFile(target.executable), FIRST);
  using neither = new Toolbox([...BASE, "sha256sum"]);
  const refused = await target.install([], { env: { PATH: neither.path } });
  assertRefused(refused, "curl or wget is needed");
});

Deno.test("What cannot be checked is not installed", async () => {
  using target = new Target();
  using tools = new Toolbox([...BASE, "curl"]);
  const ended = await target.install([], { env: { PATH: tools.path } });
  assertRefused(ended, "sha256sum, shasum or openssl is needed");
  assertEquals(target.names, []);
});

Deno.test("A sensor that runs goes on while it is replaced, and what is there already is not downloaded", async () => {
  using target = new Target();
  await target.install();
  server.asked.length = 0;
  const again = await target.install();
  assertStringIncludes(again.stderr, "it is installed already");
  assertEquals(server.asked, ["/releases/latest/download/SHA256SUMS"]);
  const running = new Deno.Command(target.executable, { args: ["60"] }).spawn();
  await server.publish("v1.1.0", { [FILE]: SECOND });
  assertEquals((await target.install()).code, 0);
  assertEquals(await Deno.readFile(target.executable), SECOND);
  // It throws if nobody is there.
  running.kill("SIGTERM");
  assertEquals((await running.status).signal, "SIGTERM");
});

Deno.test("A folder that cannot be written is told before anything is downloaded", async () => {
  using target = new Target();
  // Not even root makes a folder there.
  assertRefused(await target.install(["--dir", "/proc/bin"]), "cannot write to /proc/bin");
  assertEquals(server.asked, []);
});

Deno.test("A relative folder and DESTDIR are understood", async () => {
  using target = new Target();
  const env = { DESTDIR: `${target.dir}/staging` };
  assertEquals((await target.install(["--dir", "/opt/bin"], { env })).code, 0);
  assertEquals(await Deno.readFile(`${target.dir}/staging/opt/bin/${NAME}`), FIRST);
});

Deno.test("A folder in the executable's place is neither put into nor removed: it may be a checkout", async () => {
  using target = new Target();
  await Deno.mkdir(target.executable);
  for (const args of [[], ["--uninstall"]]) {
    assertRefused(await target.install(args), `${target.executable} is a folder`);
    assertEquals([...Deno.readDirSync(target.executable)], []);
  }
});

Deno.test("A unit goes with what it starts, and with nothing else", async () => {
  using target = new Target();
  const unit = `${target.dir}/etc/systemd/system/${NAME}.service`;
  const run = (...args: string[]) => target.install(args, { env: { DESTDIR: target.dir } });
  const removed = async (dir: string) => {
    assertEquals((await run("--uninstall", "--dir", dir)).code, 0);
    return !(await Deno.stat(unit).then(() => true, () => false));
  };
  assertEquals((await run("--systemd", "--dir", "/opt/bin")).code, 0);
  assertEquals([await removed("/opt/other"), await removed("/opt/bin")], [false, true]);
});

Deno.test("A folder that a unit would read as something else is refused before anything is downloaded", async () => {
  using target = new Target();
  for (const name of ["a b", "50%", "$HOME", 'say"']) {
    const ended = await target.install(["--systemd", "--dir", `${target.dir}/${name}`]);
    assertRefused(ended, "a unit cannot name");
  }
  assertEquals([server.asked, target.names], [[], []]);
});

Deno.test("However much of the script arrives, it does nothing before its last line is there", async () => {
  using target = new Target();
  const script = await Deno.readTextFile(SCRIPT);
  const lines = script.split("\n");
  for (let count = 10; count < lines.length - 1; count += 10) {
    const part = lines.slice(0, count).join("\n");
    await runToEnd("dash", ["-c", part], {
      env: { ATTUNE_SENSOR_MIRROR: server.url, ATTUNE_SENSOR_DIR: target.dir },
    });
  }
  assertEquals([target.names, server.asked], [[], []]);
});

Deno.test("An option that is none is refused, and --help tells those that are", async () => {
  using target = new Target();
  assertRefused(await target.install(["--sudo"]), "unknown option '--sudo'");
  const { code, stdout } = await target.install(["--help"]);
  assertEquals(code, 0);
  assert(stdout.startsWith("Usage: sh install.sh [options]\n"));
});
