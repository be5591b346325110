import { ROOT } from "./std_flags.ts";

const CHILD = "tests/support/bare_timer_child.ts";
/** A sensor does more at a fire than a bare timer does, and feels a busy machine as many times more. */
const TIMES = 4;

/**
 * The baseline of a test that looks how late a sensor's events come: a process that does nothing but post
 * at each tenth of a second, to a server within the test as the stand-in platform is. How late those posts
 * come is what this machine costs meanwhile, whatever the sensor does.
 */
export class BareTimer implements AsyncDisposable {
  /** How late the latest post came, in milliseconds. */
  latestMs = 0;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #process: Deno.ChildProcess;

  private constructor(first: () => void) {
    const options = { port: 0, hostname: "127.0.0.1", onListen() {} };
    this.#server = Deno.serve(options, async (request) => {
      const receivedAt = Date.now();
      this.latestMs = Math.max(this.latestMs, receivedAt - Number(await request.text()));
      first();
      return new Response();
    });
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-q",
        "--no-check",
        "--no-config",
        "--no-prompt",
        `--allow-net=127.0.0.1:${this.#server.addr.port}`,
        CHILD,
        `http://127.0.0.1:${this.#server.addr.port}/`,
      ],
      cwd: ROOT,
      stdin: "null",
    }).spawn();
  }

  /** Starts the process and waits for its first post. */
  static async start(): Promise<BareTimer> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = new BareTimer(resolve);
    await promise;
    timer.latestMs = 0;
    return timer;
  }

  /** How late a sensor may be that is late by less than `ms` on a machine that is idle otherwise. */
  limitMs(ms: number): number {
    return ms + TIMES * this.latestMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
    await this.#server.shutdown();
  }
}
