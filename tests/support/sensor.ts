import { eachHost } from "../../src/ground/host_list.ts";
import * as z from "zod";
import { MEMBERS } from "../../src/config/schema.ts";
import { ARTEFACT } from "./artefact.ts";
import { ROOT, stdFlags } from "./std_flags.ts";
import { PATIENCE_MS } from "./patience.ts";

/** What Deno itself needs of the environment. */
const HOST_VARIABLES = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME", "DENO_COVERAGE_DIR"];

const LogLine = z.looseObject({
  timestamp: z.iso.datetime(),
  level: z.enum(["trace", "debug", "info", "warn", "error"]),
  message: z.string(),
  sensor: z.string(),
});
export type LogLine = z.infer<typeof LogLine>;

/** How a sensor is started. `env` adds to the four required variables or overrides them. */
export interface SensorOptions {
  readonly apiUrl: string;
  readonly mqUrl: string;
  readonly token?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly stdin?: string;
  /** What is run instead of `main.ts`, by its path in the project. */
  readonly entry?: string;
  /** Further Deno flags, such as a permission; a built sensor has its own. */
  readonly flags?: readonly string[];
  /** The command of a built sensor that is run, whichever the other tests run. */
  readonly command?: readonly string[];
  /**
   * A command that starts the sensor as its child, given as its last arguments; without one the test
   * itself is the parent.
   */
  readonly parent?: readonly string[];
  /** Nobody reads its standard output until the process is ended. */
  readonly isUnread?: boolean;
}

/** The sensor as a process of its own. */
export class Sensor implements AsyncDisposable {
  /** Every line of its standard output, in order, as it was written. */
  readonly output: string[] = [];
  /** Everything it wrote to standard error. */
  stderr = "";
  readonly startedAt: number = performance.now();
  readonly #process: Deno.ChildProcess;
  readonly #hasParent: boolean;
  readonly #ended: Promise<number>;
  #hasEnded = false;
  #news: PromiseWithResolvers<void> = Promise.withResolvers();

  private constructor(process: Deno.ChildProcess, options: SensorOptions) {
    this.#process = process;
    this.#hasParent = options.parent !== undefined;
    const read = options.isUnread
      ? process.status.then(() => this.#readLines())
      : this.#readLines();
    this.#ended = Promise.all([process.status, read, this.#readErrors()])
      .then(([{ code }]) => {
        this.#hasEnded = true;
        this.#tell();
        return code;
      });
  }

  /** Starts a sensor; it need not be ready. */
  static async start(options: SensorOptions): Promise<Sensor> {
    const [command = "", ...args] = [
      ...options.parent ?? [],
      ...await program(options),
      ...options.args ?? [],
    ];
    const process = new Deno.Command(command, {
      args,
      cwd: ROOT,
      env: { ...hostVariables(), ...sensorVariables(options) },
      clearEnv: true,
      // A group of their own, so that the sensor can be reached when its parent is gone.
      detached: options.parent !== undefined,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const sensor = new Sensor(process, options);
    const stdin = process.stdin.getWriter();
    if (options.stdin !== undefined) await stdin.write(new TextEncoder().encode(options.stdin));
    await stdin.close();
    return sensor;
  }

  /** Starts a sensor and waits until it is ready. */
  static async ready(options: SensorOptions): Promise<Sensor> {
    const sensor = await Sensor.start(options);
    await sensor.line(/^Timer sensor ready/);
    return sensor;
  }

  /** The log lines so far; a line that is none makes the test fail. */
  get lines(): LogLine[] {
    return this.output.map((text) => LogLine.parse(JSON.parse(text)));
  }

  /** The process id of the sensor, or of its parent if it was given one. */
  get pid(): number {
    return this.#process.pid;
  }

  /**
   * The first line with such a message from the `from`th line on; fails when it does not come within
   * `patienceMs`.
   */
  async line(message: RegExp, from = 0, patienceMs: number = PATIENCE_MS): Promise<LogLine> {
    const deadline = AbortSignal.timeout(patienceMs);
    for (let next = from;;) {
      for (; next < this.output.length; next++) {
        const line = LogLine.parse(JSON.parse(this.output[next] ?? ""));
        if (message.test(line.message)) return line;
      }
      if (this.#hasEnded || deadline.aborted) {
        throw new Error(`No line ${message} in:\n${this.output.join("\n")}\n${this.stderr}`);
      }
      await Promise.race([this.#news.promise, aborted(deadline)]);
    }
  }

  /** Where it serves health and metrics, once it does. */
  async adminUrl(): Promise<string> {
    const { message } = await this.line(/^Health and metrics are served at /);
    return message.replace(/^.* at /, "");
  }

  /** Sends a signal to the sensor, or to its parent if it was given one. */
  kill(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  /** Sends a signal to the sensor and to the parent it was given, whichever is still there. */
  killAll(signal: Deno.Signal): void {
    if (this.#hasParent) Deno.kill(-this.pid, signal);
    else this.kill(signal);
  }

  /** The exit code, the parent's if it was given one, once each process has ended. */
  exit(): Promise<number> {
    return this.#ended;
  }

  /** Asks it to stop and returns the exit code; fails where it never ends. */
  async stop(): Promise<number> {
    this.kill("SIGTERM");
    const { promise: never, reject } = Promise.withResolvers<never>();
    const patience = setTimeout(() => {
      reject(new Error(`Still there after SIGTERM:\n${this.output.join("\n")}\n${this.stderr}`));
    }, PATIENCE_MS);
    return await Promise.race([this.exit(), never]).finally(() => clearTimeout(patience));
  }

  /** Ends the process, however it fares. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasEnded) {
      try {
        this.killAll("SIGCONT");
        this.killAll("SIGKILL");
      } catch {
        // it has ended meanwhile
      }
    }
    await this.#ended;
  }

  async #readLines(): Promise<void> {
    let rest = "";
    for await (const text of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.output.push(...lines);
      this.#tell();
    }
  }

  async #readErrors(): Promise<void> {
    for await (const text of this.#process.stderr.pipeThrough(new TextDecoderStream())) {
      this.stderr += text;
    }
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}

/** What starts the sensor: a built one, or the sources with the permissions they need and none beside. */
async function program(options: SensorOptions): Promise<readonly string[]> {
  const built = options.command ?? (options.entry === undefined ? ARTEFACT : null);
  if (built !== null) return built;
  const hosts = [options.apiUrl, ...eachHost(options.mqUrl)].map((url) => new URL(url).host);
  const admin = options.env?.["ATTUNE_ADMIN_ADDR"];
  if (admin !== undefined) hosts.push(admin);
  const variables = MEMBERS.map((member) => `ATTUNE_${member.toUpperCase()}`);
  return [
    Deno.execPath(),
    "run",
    "-q",
    "--no-check",
    ...await stdFlags(),
    "--no-prompt",
    `--allow-net=${hosts.join(",")}`,
    `--allow-env=${variables.join(",")}`,
    ...options.flags ?? [],
    options.entry ?? "main.ts",
  ];
}

function hostVariables(): Record<string, string> {
  const found = HOST_VARIABLES.map((name) => [name, Deno.env.get(name)] as const);
  return Object.fromEntries(found.flatMap(([name, value]) => value ? [[name, value]] : []));
}

function sensorVariables(options: SensorOptions): Record<string, string> {
  if (options.stdin !== undefined) return { ...options.env };
  return {
    ATTUNE_API_URL: options.apiUrl,
    ATTUNE_MQ_URL: options.mqUrl,
    ATTUNE_SENSOR_REF: "core.timer_sensor",
    ATTUNE_MQ_EXCHANGE: "attune.events",
    ...options.token === undefined ? {} : { ATTUNE_API_TOKEN: options.token },
    ...options.env,
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}
