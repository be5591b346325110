import { takePorts } from "./ports.ts";

/** Where Debian's package puts its scripts; those in /usr/sbin insist on a user of their own. */
const RABBITMQ_LIB = "/usr/lib/rabbitmq/lib";
const LOOPBACK = "127.0.0.1";
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

/** The PEM files of a node that offers TLS. */
export interface TlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** How a node of a test's own is started. */
export interface NodeOptions {
  readonly tls?: TlsFiles;
  /** The node whose cluster it joins. It has to outlive this one. */
  readonly beside?: RabbitMq;
  /** Further lines of its configuration. */
  readonly config?: readonly string[];
}

/**
 * Owns all processes and files, so that none of them outlives the tests however those end: it cleans up
 * as soon as its input is closed or a signal ends its `read`. Each line of input starts the node. It runs
 * in the node's folder.
 */
const KEEPER = `
  trap : HUP INT TERM
  epmd=
  [ -n "$1" ] || { epmd -port "$ERL_EPMD_PORT" -address "$ERL_EPMD_ADDRESS" & epmd=$!; }
  while read -r _; do
    rm -f ended
    ( sh -c 'echo $$ > pid; exec "$0"' "$0/rabbitmq-server"; : > ended ) &
  done
  [ -z "$epmd" ] || kill -KILL "$epmd"
  [ -f ended ] || kill -KILL "$(cat pid)"
  wait
  rm -rf "$PWD"
`;

/**
 * A RabbitMQ node of a test's own: loopback only, with its own folder, ports, cookie and epmd. Nothing of
 * it is left once it is disposed of.
 */
export class RabbitMq implements AsyncDisposable {
  readonly #dir = Deno.makeTempDirSync({ prefix: "rabbitmq_" });
  readonly #ports = takePorts(LOOPBACK);
  readonly #scripts = findScripts();
  readonly #env: Readonly<Record<string, string>>;
  readonly #keeper: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>;

  private constructor(beside: RabbitMq | undefined) {
    const { HOME = this.#dir, ERL_EPMD_PORT = String(this.#ports.first + 2) } = beside === undefined
      ? {}
      : beside.#env;
    this.#env = { ...environment(this.#dir, this.#ports.first), HOME, ERL_EPMD_PORT };
    this.#keeper = new Deno.Command("sh", {
      args: ["-c", KEEPER, this.#scripts, beside === undefined ? "" : "beside"],
      env: this.#env,
      clearEnv: true,
      cwd: this.#dir,
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#orders = this.#keeper.stdin.getWriter();
  }

  /** Starts a node and waits until it answers, about 6 s. */
  static async start(options: NodeOptions = {}): Promise<RabbitMq> {
    const broker = new RabbitMq(options.beside);
    try {
      await broker.#writeConfig(options);
      // The node would start one too, but one that outlives it.
      await until(() => answers(Number(broker.#env["ERL_EPMD_PORT"])), "epmd did not start");
      await broker.restart();
    } catch (error) {
      await broker[Symbol.asyncDispose]();
      throw error;
    }
    return broker;
  }

  /** Its name within a cluster. */
  get name(): string {
    return nameOf(this.port);
  }

  get port(): number {
    return this.#ports.first;
  }

  /** Where TLS is offered, if it is. */
  get tlsPort(): number {
    return this.#ports.first + 3;
  }

  /** The address for the standard user, of this node or of a proxy before it. */
  url(port: number = this.port): string {
    return `amqp://guest:guest@${LOOPBACK}:${port}`;
  }

  /** Starts a node that was killed or terminated, about 6 s. */
  async restart(): Promise<void> {
    await this.#orders.write(new TextEncoder().encode("start\n"));
    await until(() => answersAmqp(this.port), "RabbitMQ did not start")
      .catch(async (error) => {
        throw new Error(`${error.message}:\n${await this.#log()}`);
      });
  }

  /** The end without a warning, as of a machine that loses power. */
  async kill9(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** The orderly end, up to 3 s. */
  async term(): Promise<void> {
    await this.#end("SIGTERM");
  }

  /** Stops the process where it stands: sockets stay open and nothing answers. */
  async freeze(): Promise<void> {
    await this.#signal("SIGSTOP");
  }

  /** The end of {@link freeze}. */
  async thaw(): Promise<void> {
    await this.#signal("SIGCONT");
  }

  /** Runs `rabbitmqctl`, about 0.4 s. Returns its output. */
  async ctl(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command(`${this.#scripts}/rabbitmqctl`, {
      args: ["-q", ...args],
      env: this.#env,
      clearEnv: true,
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    if (!success) throw new Error(`rabbitmqctl ${args.join(" ")}: ${text(stderr)}${text(stdout)}`);
    return text(stdout);
  }

  /** Empties a queue. */
  async purge(queue: string): Promise<void> {
    await this.ctl("purge_queue", queue);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#orders.close();
    await this.#keeper.status;
    this.#ports[Symbol.dispose]();
  }

  async #writeConfig({ tls, beside, config = [] }: NodeOptions): Promise<void> {
    const lines = ["log.console = false", ...config];
    if (beside !== undefined) {
      lines.push("cluster_formation.peer_discovery_backend = classic_config");
      lines.push(`cluster_formation.classic_config.nodes.1 = ${beside.name}`);
      lines.push(`cluster_formation.classic_config.nodes.2 = ${this.name}`);
    }
    if (tls !== undefined) {
      lines.push(`listeners.ssl.1 = ${LOOPBACK}:${this.tlsPort}`);
      lines.push(`ssl_options.cacertfile = ${tls.ca}`);
      lines.push(`ssl_options.certfile = ${tls.cert}`);
      lines.push(`ssl_options.keyfile = ${tls.key}`);
    }
    await Deno.writeTextFile(`${this.#dir}/rabbitmq.conf`, lines.join("\n") + "\n");
    await Deno.writeTextFile(`${this.#dir}/enabled_plugins`, "[].");
  }

  async #end(signal: Deno.Signal): Promise<void> {
    await this.#signal(signal);
    await until(() => exists(`${this.#dir}/ended`), "RabbitMQ did not end");
  }

  async #signal(signal: Deno.Signal): Promise<void> {
    Deno.kill(Number(await Deno.readTextFile(`${this.#dir}/pid`)), signal);
  }

  async #log(): Promise<string> {
    const texts: string[] = [];
    for await (const { name } of Deno.readDir(`${this.#dir}/log`)) {
      texts.push(await Deno.readTextFile(`${this.#dir}/log/${name}`));
    }
    return texts.join("\n");
  }
}

function findScripts(): string {
  for (const { name } of Deno.readDirSync(RABBITMQ_LIB)) {
    if (name.startsWith("rabbitmq_server-")) return `${RABBITMQ_LIB}/${name}/sbin`;
  }
  throw new Error(`RabbitMQ is missing in ${RABBITMQ_LIB}`);
}

function nameOf(port: number): string {
  return `test${port}@localhost`;
}

/** Without what the nodes of a cluster share: `HOME`, where Erlang keeps its cookie, and epmd's port. */
function environment(dir: string, port: number): Record<string, string> {
  return {
    PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
    LANG: "C.UTF-8",
    ERL_CRASH_DUMP_SECONDS: "0",
    ERL_EPMD_ADDRESS: LOOPBACK,
    RABBITMQ_NODENAME: nameOf(port),
    RABBITMQ_NODE_IP_ADDRESS: LOOPBACK,
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(port + 1),
    RABBITMQ_CTL_DIST_PORT_MIN: String(port + 4),
    RABBITMQ_CTL_DIST_PORT_MAX: String(port + 20),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1}",
    RABBITMQ_MNESIA_BASE: `${dir}/mnesia`,
    RABBITMQ_LOG_BASE: `${dir}/log`,
    RABBITMQ_CONFIG_FILE: `${dir}/rabbitmq.conf`,
    RABBITMQ_CONF_ENV_FILE: "/dev/null",
    RABBITMQ_ENABLED_PLUGINS_FILE: `${dir}/enabled_plugins`,
    RABBITMQ_PID_FILE: `${dir}/rabbitmq.pid`,
    // Lets the script become the node instead of its parent, so that signals reach the node.
    detached: "1",
  };
}

async function until(holds: () => boolean | Promise<boolean>, otherwise: string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!await holds()) {
    if (performance.now() > deadline) throw new Error(otherwise);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function answers(port: number): Promise<boolean> {
  try {
    using _connection = await Deno.connect({ hostname: LOOPBACK, port });
    return true;
  } catch {
    return false;
  }
}

/** Whether a node greets back, which it does only once it has started. */
async function answersAmqp(port: number): Promise<boolean> {
  try {
    using connection = await Deno.connect({ hostname: LOOPBACK, port });
    await connection.write(new TextEncoder().encode("AMQP\0\0\x09\x01"));
    return await connection.read(new Uint8Array(1)) === 1;
  } catch {
    return false;
  }
}
