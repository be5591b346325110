import { eachHost } from "../ground/host_list.ts";
import { hasHiddenUserinfo } from "../ground/redact_url.ts";

const STANDARD_PORT = { "amqp:": 5672, "amqps:": 5671 } as const;
const STANDARD_VHOST = "/";
const STANDARD_USER = "guest";
/**
 * A silent peer is noticed after two to three of these. RabbitMQ's guide calls 5 s the least that raises
 * no false alarms; the broker's own 60 s would hide a dead link for minutes.
 */
const STANDARD_HEARTBEAT_SECONDS = 5;
const MAX_HEARTBEAT_SECONDS = 65_535;

/** What an address of RabbitMQ has to be. */
export const BROKER_ADDRESS =
  "expected amqp:// or amqps:// with a host, special characters of user, password and vhost percent-encoded";
const HEARTBEAT = `expected heartbeat to be whole seconds from 0 to ${MAX_HEARTBEAT_SECONDS}`;
const CERTIFICATE = "expected certfile and keyfile together, with amqps://";
const MECHANISM = "expected auth_mechanism to be plain, or external with certfile and keyfile";
/** What a host may look like to be quoted: it holds no password that slipped there. */
const NAME = /^[a-z\d.-]{1,253}$/i;

/** Where a broker is and how to get in. */
export interface BrokerAddress {
  /** `amqp://host:port/vhost` without the credentials: fit for the log. */
  readonly printable: string;
  readonly isTls: boolean;
  /** A name or an IP address, without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** `null`: the client's certificate says who it is. */
  readonly login: { readonly username: string; readonly password: string } | null;
  readonly certificate: ClientCertificate | null;
  readonly vhost: string;
  /** 0 turns heartbeats off. */
  readonly heartbeatSeconds: number;
}

/** The paths of two PEM files. */
export interface ClientCertificate {
  readonly certPath: string;
  readonly keyPath: string;
}

/** What is wrong with an address; quotes no secret. */
export class AddressError extends TypeError {
  override readonly name = "AddressError";
  /** What was expected. */
  readonly expected: string;

  constructor(expected: string) {
    super(`Cannot read the address of RabbitMQ: ${expected}`);
    this.expected = expected;
  }
}

/**
 * Reads `amqp(s)://user:password@host:port/vhost?heartbeat=seconds`; everything but the host may be left
 * out, and user, password and vhost are percent-encoded. There may be several hosts, `a:5672,b:5672`: each
 * is an address. With amqps:// the query may name a client's certificate, `certfile` and `keyfile`, and ask
 * for it to be used in place of the password, `auth_mechanism=external`. Throws an {@link AddressError}.
 */
export function readAddresses(text: string): readonly [BrokerAddress, ...BrokerAddress[]] {
  const [first = text, ...others] = eachHost(text);
  const all = [first, ...others];
  const read = (address: string, index: number) => {
    const url = URL.parse(address);
    if (url !== null && url.hostname !== "") return addressOf(url);
    throw new AddressError(others.length === 0 ? BROKER_ADDRESS : listFault(address, index, all));
  };
  return [read(first, 0), ...others.map((address, index) => read(address, index + 1))];
}

function addressOf(url: URL): BrokerAddress {
  const { protocol } = url;
  if ((protocol !== "amqp:" && protocol !== "amqps:") || hasHiddenUserinfo(url.href)) {
    throw new AddressError(BROKER_ADDRESS);
  }
  const isTls = protocol === "amqps:";
  const port = url.port === "" ? STANDARD_PORT[protocol] : Number(url.port);
  const certificate = certificateOf(url);
  const hasUser = url.username !== "" || url.password !== "";
  const login = {
    username: hasUser ? decoded(url.username) : STANDARD_USER,
    password: hasUser ? decoded(url.password) : STANDARD_USER,
  };
  return {
    printable: `${protocol}//${url.hostname}:${port}${url.pathname || "/"}`,
    isTls,
    hostname: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port,
    login: isExternal(url, certificate) ? null : login,
    certificate,
    vhost: decoded(url.pathname.slice(1)) || STANDARD_VHOST,
    heartbeatSeconds: heartbeatOf(url),
  };
}

/** Names the host that is the matter, as far as it can be quoted. */
function listFault(address: string, index: number, all: readonly string[]): string {
  const name = /^[^:]*:\/\/(?:[^/?#]*@)?([^/?#:]*)/.exec(address)?.[1] ?? "";
  const quoted = NAME.test(name) ? ` '${name}'` : "";
  return "expected hosts and ports with commas between them, such as a:5672,b:5672, and cannot read " +
    `host ${index + 1} of ${all.length}${quoted}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AddressError(BROKER_ADDRESS);
  }
}

function heartbeatOf({ searchParams }: URL): number {
  const text = searchParams.get("heartbeat");
  if (text === null) return STANDARD_HEARTBEAT_SECONDS;
  const seconds = /^\d+$/.test(text) ? Number(text) : NaN;
  if (seconds <= MAX_HEARTBEAT_SECONDS) return seconds;
  throw new AddressError(HEARTBEAT);
}

function certificateOf({ protocol, searchParams }: URL): ClientCertificate | null {
  const certPath = searchParams.get("certfile");
  const keyPath = searchParams.get("keyfile");
  if (certPath === null && keyPath === null) return null;
  if (certPath && keyPath && protocol === "amqps:") return { certPath, keyPath };
  throw new AddressError(CERTIFICATE);
}

function isExternal({ searchParams }: URL, certificate: ClientCertificate | null): boolean {
  const mechanism = searchParams.get("auth_mechanism") ?? "plain";
  if (mechanism === "plain") return false;
  if (mechanism === "external" && certificate !== null) return true;
  throw new AddressError(MECHANISM);
}
