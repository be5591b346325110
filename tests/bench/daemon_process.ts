import { sensorToken } from "../platform/tokens.ts";
import { BUNDLE, PERMISSIONS, V8_FLAGS } from "../../src/dev/artefacts.ts";
import { ROOT } from "../support/std_flags.ts";

const READY = "Timer sensor ready with ";
const PATIENCE_MS = 60_000;
const DAY_SECONDS = 86_400;

let bundled: Promise<void> | undefined;

/** The sensor's bundle, as it is installed, as a process, whose log is read and thrown away. */
export interface DaemonProcess extends AsyncDisposable {
  readonly pid: number;
  /** From the start until it was ready. */
  readonly readyMs: number;
}

/** Starts a sensor and waits until it is ready with so many timers. */
export async function startDaemon(
  options: { readonly apiUrl: string; readonly mqUrl: string; readonly timers: number },
  env: Readonly<Record<string, string>> = {},
): Promise<DaemonProcess> {
  await (bundled ??= bundle());
  const began = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-config", "--no-lock", ...PERMISSIONS, V8_FLAGS, BUNDLE],
    cwd: ROOT,
    env: {
      ATTUNE_API_URL: options.apiUrl,
      ATTUNE_API_TOKEN: sensorToken(Date.now(), DAY_SECONDS, { metadata: {} }),
      ATTUNE_MQ_URL: options.mqUrl,
      ATTUNE_MQ_EXCHANGE: "attune.events",
      ATTUNE_SENSOR_REF: "core.timer_sensor",
      ATTUNE_LOG_FORMAT: "json",
      ...env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const ready = Promise.withResolvers<number>();
  const reading = watch(child.stdout, `${READY}${options.timers} timers`, ready);
  const late = setTimeout(() => ready.reject(new Error("The sensor is not ready")), PATIENCE_MS);
  const end = async () => {
    child.kill("SIGTERM");
    const { code } = await child.status;
    await reading;
    if (code !== 0) throw new Error(`The sensor ended with code ${code}`);
  };
  try {
    const readyMs = await ready.promise - began;
    return { pid: child.pid, readyMs, [Symbol.asyncDispose]: end };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  } finally {
    clearTimeout(late);
  }
}

async function bundle(): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "bundle"],
    cwd: ROOT,
    stdout: "null",
  }).output();
  if (!success) throw new Error("The sensor could not be bundled");
}

async function watch(
  stdout: ReadableStream<Uint8Array>,
  text: string,
  ready: PromiseWithResolvers<number>,
): Promise<void> {
  let tail = "";
  let log = "";
  for await (const part of stdout.pipeThrough(new TextDecoderStream())) {
    if ((tail + part).includes(text)) ready.resolve(performance.now());
    tail = part.slice(-text.length);
    log = (log + part).slice(-2000);
  }
  ready.reject(new Error(`The sensor ended before it was ready:\n${log}`));
}

/** The memory of a process, in MB. */
export function rssMb(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024 / 1e6;
}

/** The processor time that a process has used, in seconds; Linux counts it in hundredths. */
export function cpuSeconds(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
