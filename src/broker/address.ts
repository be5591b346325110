const STANDARD_PORT = { "amqp:": 5672, "amqps:": 5671 } as const;
const STANDARD_VHOST = "/";
const STANDARD_USER = "guest";
/**
 * A silent peer is noticed after two to three of these. RabbitMQ's guide calls 5 s the least that raises
 * no false alarms; the broker's own 60 s would hide a dead link for minutes.
 */
const STANDARD_HEARTBEAT_SECONDS = 5;
const MAX_HEARTBEAT_SECONDS = 65_535;

/** Where a broker is and how to get in. */
export interface BrokerAddress {
  /** `amqp://host:port/vhost` without the credentials: fit for the log. */
  readonly printable: string;
  readonly isTls: boolean;
  /** A name or an IP address, without brackets. */
  readonly hostname: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly vhost: string;
  /** 0 turns heartbeats off. */
  readonly heartbeatSeconds: number;
}

/**
 * Reads `amqp(s)://user:password@host:port/vhost?heartbeat=seconds`; everything but the host may be left
 * out, and user, password and vhost are percent-encoded. Throws a `TypeError` that quotes no secret.
 */
export function parseAddress(text: string): BrokerAddress {
  const url = URL.parse(text);
  const protocol = url?.protocol;
  if (url === null || url.hostname === "" || (protocol !== "amqp:" && protocol !== "amqps:")) {
    throw new TypeError(
      "Cannot read the address of RabbitMQ: expected amqp:// or amqps:// with a host",
    );
  }
  const port = url.port === "" ? STANDARD_PORT[protocol] : Number(url.port);
  const hasUser = url.username !== "" || url.password !== "";
  return {
    printable: `${protocol}//${url.hostname}:${port}${url.pathname || "/"}`,
    isTls: protocol === "amqps:",
    hostname: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port,
    username: hasUser ? decoded("user", url.username) : STANDARD_USER,
    password: hasUser ? decoded("password", url.password) : STANDARD_USER,
    vhost: decoded("vhost", url.pathname.slice(1)) || STANDARD_VHOST,
    heartbeatSeconds: heartbeat(url.searchParams.get("heartbeat")),
  };
}

function decoded(part: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new TypeError(
      `Cannot read the ${part} in the address of RabbitMQ: expected it percent-encoded`,
    );
  }
}

function heartbeat(text: string | null): number {
  if (text === null) return STANDARD_HEARTBEAT_SECONDS;
  const seconds = /^\d+$/.test(text) ? Number(text) : NaN;
  if (seconds <= MAX_HEARTBEAT_SECONDS) return seconds;
  throw new TypeError(
    `Invalid heartbeat in the address of RabbitMQ: expected whole seconds from 0 to ${MAX_HEARTBEAT_SECONDS}`,
  );
}
