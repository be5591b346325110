import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ROOT } from "../support/std_flags.ts";
import { PATIENCE_MS } from "../support/patience.ts";

/** Nobody listens there, so that the sandbox brings its own broker. */
const NO_BROKER = "amqp://127.0.0.1:1";

/** `deno task dev` and what it shows. */
class Sandbox implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly #process: Deno.ChildProcess;
  readonly #ended: Promise<number>;
  #news = Promise.withResolvers<void>();

  constructor() {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["task", "-q", "dev"],
      cwd: ROOT,
      env: { ATTUNE_MQ_URL: NO_BROKER },
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#ended = Promise.all([this.#process.status, this.#read()]).then(([{ code }]) => code);
  }

  /** Waits until something holds of what is shown; fails when it does not come to hold. */
  async until(holds: () => boolean): Promise<void> {
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      deadline.reject(new Error(`Not shown in ${PATIENCE_MS} ms:\n${this.lines.join("\n")}`));
    }, PATIENCE_MS);
    try {
      while (!holds()) await Promise.race([this.#news.promise, deadline.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The refs of the rules whose events were shown. */
  get rulesFired(): Set<string> {
    const refs = this.lines.map((line) => /^event {2}│ (\S+) +scheduled 2/.exec(line)?.[1]);
    return new Set(refs.filter((ref) => ref !== undefined));
  }

  get sensorPid(): number {
    return Number(/process (\d+)/.exec(this.lines.join("\n"))?.[1]);
  }

  /** Presses Ctrl-C, as far as one process goes, and returns the exit code. */
  async interrupt(): Promise<number> {
    this.#process.kill("SIGINT");
    return await this.#ended;
  }

  /** The exit code, once it has ended by itself. */
  exit(): Promise<number> {
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGTERM");
    } catch {
      // It has ended, as it should.
    }
    await this.#ended;
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.lines.push(...lines);
      this.#news.resolve();
      this.#news = Promise.withResolvers();
    }
  }
}

/** Runs the lines as somebody who pastes them; what they answer, line by line. */
async function paste(lines: readonly string[]): Promise<string[]> {
  const commands = lines.map((line) => line.startsWith("  curl") ? `${line}; echo` : line);
  const { success, stdout } = await new Deno.Command("sh", { args: ["-c", commands.join("\n")] })
    .output();
  assert(success);
  return new TextDecoder().decode(stdout).trimEnd().split("\n");
}

function isAlive(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}

/** Whether a process has not ended yet, be it that nobody has asked for its exit code. */
async function isRunning(pid: number): Promise<boolean> {
  return await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "") !== "";
}

Deno.test("The sandbox shows events of three kinds and ends at Ctrl-C", async () => {
  await using sandbox = new Sandbox();
  await sandbox.until(() => sandbox.rulesFired.size >= 3);
  assert(isAlive(sandbox.sensorPid));
  assertEquals(await sandbox.interrupt(), 0);
  assert(!isAlive(sandbox.sensorPid));
  assertMatch(sandbox.lines.at(-1) ?? "", /^sensor │ .* Timer sensor stopped/);
});

Deno.test("The sandbox prints commands that work as they are pasted", async () => {
  await using sandbox = new Sandbox();
  await sandbox.until(() => sandbox.rulesFired.size >= 1);
  const answers = await paste(sandbox.lines.filter((line) => /^ {2}(export|curl) /.test(line)));
  const [account, rule, events] = answers.map((answer) => JSON.parse(answer));
  assertEquals(account.name, "sensor:core.timer");
  assertEquals(rule.data.ref, "sandbox.mine");
  assert(events.items.length > 0);
  await sandbox.until(() => sandbox.rulesFired.has("sandbox.mine"));
  assertEquals(await sandbox.interrupt(), 0);
});

Deno.test("The sandbox prints where its page is, with the form and the sensor behind it", async () => {
  await using sandbox = new Sandbox();
  await sandbox.until(() => sandbox.lines.some((line) => line.includes("Timer sensor ready")));
  const url = /^ {2}page +(http:\S+)/m.exec(sandbox.lines.join("\n"))?.[1] ?? "";
  assertStringIncludes(await (await fetch(url)).text(), 'id="workbench"');
  assertEquals((await (await fetch(`${url}/livez`)).json()).alive, true);
  assertEquals(await sandbox.interrupt(), 0);
});

Deno.test("The sandbox ends with the sensor and with its exit code", async () => {
  await using sandbox = new Sandbox();
  await sandbox.until(() => sandbox.lines.some((line) => line.includes("Timer sensor ready")));
  Deno.kill(sandbox.sensorPid, "SIGKILL");
  assertEquals(await sandbox.exit(), 137);
  assert(sandbox.lines.includes("The sensor has ended, with exit code 137"));
});

Deno.test({
  name: "A sandbox that is killed leaves no sensor behind",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using sandbox = new Sandbox();
    await sandbox.until(() => sandbox.rulesFired.size >= 1);
    const { sensorPid } = sandbox;
    const status = await Deno.readTextFile(`/proc/${sensorPid}/status`);
    Deno.kill(Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]), "SIGKILL");
    await sandbox.exit();
    const deadlineAt = performance.now() + PATIENCE_MS;
    while (await isRunning(sensorPid)) {
      assert(performance.now() < deadlineAt, "The sensor goes on");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  },
});
