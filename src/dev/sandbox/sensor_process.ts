import { eachHost } from "../../ground/host_list.ts";
import { sleep, systemClock } from "../../ground/clock.ts";
import { MEMBERS } from "../../config/schema.ts";

const ROOT = new URL("../../../", import.meta.url);
/** The sensor needs four seconds at most. */
const STOP_TIMEOUT_MS = 8000;
const READY = "Timer sensor ready";
const ADMIN_ADDRESS = "127.0.0.1:0";
const SERVED = /Health and metrics are served at (http:\S+)/;

/** How the sensor is started. */
export interface SensorProcessOptions {
  readonly apiUrl: string;
  readonly apiToken: string;
  readonly sensorRef: string;
  readonly mqUrl: string;
  readonly mqExchange: string;
  /** Is told each line that it writes. */
  readonly onLine: (line: string) => void;
}

/** The sensor as a process of its own, with the permissions that it needs and none beside. */
export class SensorProcess implements AsyncDisposable {
  /** Where the sensor serves its page, once it does. */
  readonly adminUrl: Promise<string>;
  /** Resolves when the sensor has read the rules. */
  readonly ready: Promise<void>;
  /** The exit code, once the sensor has ended and its last line was told. */
  readonly ended: Promise<number>;
  readonly #process: Deno.ChildProcess;

  private constructor(process: Deno.ChildProcess, onLine: (line: string) => void) {
    const served = Promise.withResolvers<string>();
    const ready = Promise.withResolvers<void>();
    const tell = (line: string) => {
      const [, url] = SERVED.exec(line) ?? [];
      if (url !== undefined) served.resolve(url);
      if (line.includes(READY)) ready.resolve();
      onLine(line);
    };
    this.#process = process;
    this.adminUrl = served.promise;
    this.ready = ready.promise;
    this.ended = Promise.all([
      process.status,
      tellLines(process.stdout, tell),
      tellLines(process.stderr, tell),
    ]).then(([{ code }]) => code);
  }

  /** Starts the sensor; it is not ready yet. */
  static async start(options: SensorProcessOptions): Promise<SensorProcess> {
    const hosts = [options.apiUrl, ...eachHost(options.mqUrl)].map((url) => new URL(url).host);
    const variables = MEMBERS.map((member) => `ATTUNE_${member.toUpperCase()}`);
    const process = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-q",
        ...await standInFlags(),
        "--no-prompt",
        `--allow-net=${[...hosts, ADMIN_ADDRESS].join(",")}`,
        `--allow-env=${variables.join(",")}`,
        "main.ts",
      ],
      cwd: ROOT,
      clearEnv: true,
      env: {
        ...inherited(),
        ATTUNE_API_URL: options.apiUrl,
        ATTUNE_API_TOKEN: options.apiToken,
        ATTUNE_SENSOR_REF: options.sensorRef,
        // So that it ends with this process, however that ends.
        ATTUNE_SENSOR_ID: "1",
        ATTUNE_MQ_URL: options.mqUrl,
        ATTUNE_MQ_EXCHANGE: options.mqExchange,
        ATTUNE_ADMIN_ADDR: ADMIN_ADDRESS,
        ATTUNE_LOG_FORMAT: "pretty",
      },
      // A Ctrl-C at the terminal goes to all of its processes: the sensor would take it for the first
      // request to stop, and ours for the second, at which it ends at once.
      detached: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new SensorProcess(process, options.onLine);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Asks the sensor to stop and waits until it has. */
  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new AbortController();
    const stopping = this.ended.then(() => ended.abort());
    this.#kill("SIGTERM");
    try {
      await sleep(systemClock, STOP_TIMEOUT_MS, ended.signal);
      this.#kill("SIGKILL");
    } catch {
      // It has ended in time.
    }
    await stopping;
  }

  #kill(signal: Deno.Signal): void {
    try {
      this.#process.kill(signal);
    } catch {
      // It has ended already.
    }
  }
}

// Not what is meant for a sensor in earnest, nor a proxy, for everything here is on this machine.
function inherited(): Record<string, string> {
  const isOurs = (name: string) => name.startsWith("ATTUNE_") && name !== "ATTUNE_LOG_LEVEL";
  const isProxy = (name: string) => /^(http|https|all)_proxy$/i.test(name);
  const variables = Object.entries(Deno.env.toObject());
  return Object.fromEntries(variables.filter(([name]) => !isOurs(name) && !isProxy(name)));
}

/** The flags by which Deno finds the standard library where jsr.io cannot be reached: see the task. */
async function standInFlags(): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "std"],
    cwd: ROOT,
  }).output();
  return new TextDecoder().decode(stdout).split(/\s+/).filter((flag) => flag !== "");
}

async function tellLines(
  output: ReadableStream<Uint8Array<ArrayBuffer>>,
  tell: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of output.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(tell);
  }
  if (rest !== "") tell(rest);
}
