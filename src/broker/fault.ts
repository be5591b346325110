import type { BrokerAddress } from "./address.ts";

/** What is wrong between us and the broker; callers decide by this and never by a message. */
export type BrokerFault =
  /** The host name has no address. */
  | "unknown_host"
  /** Nothing that answers in time, or at all. */
  | "unreachable"
  /** `--allow-net` does not cover the broker. */
  | "not_permitted"
  | "tls"
  /** Whatever answers does not speak AMQP 0-9-1. */
  | "not_amqp"
  /** User name or password. */
  | "credentials"
  /** The virtual host is missing, or closed to this user. */
  | "vhost"
  /** The broker refused an operation, such as for a missing permission. */
  | "refused"
  /** A queue is there, but the node of the cluster that has it is down. */
  | "queue_out_of_reach"
  /** The broker cancelled a consumer, such as with its queue. */
  | "cancelled"
  /** The broker closed the connection, such as on its way down. */
  | "closed_by_broker"
  /** An answer stayed out, mostly of the node of the cluster that has the queue. */
  | "unanswered"
  /** Heartbeats stayed out. */
  | "silent"
  /** What the broker sent cannot be decoded, such as headers that are nested too deeply. */
  | "undecodable"
  /** The connection broke. */
  | "lost"
  | "unexpected";

/**
 * Why there is no connection, or none any more. The message is one line that tells where and why, and
 * holds no credentials. There is no `cause`: what others write may hold some.
 */
export class BrokerError extends Error {
  override readonly name = "BrokerError";
  readonly fault: BrokerFault;

  constructor(fault: BrokerFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

type Reason = readonly [fault: BrokerFault, text: string];

const ACCESS_REFUSED = 403;
const NOT_FOUND = 404;
const ABSENT = /^NOT_FOUND - no (queue|exchange) /;
const NO_VHOST = "the vhost does not exist or is closed to this user";
const SOCKET_REASONS: Readonly<Record<string, Reason>> = {
  ECONNREFUSED: ["unreachable", "connection refused"],
  ECONNRESET: ["unreachable", "connection reset during the handshake"],
  EPIPE: ["unreachable", "connection closed during the handshake"],
  EHOSTUNREACH: ["unreachable", "no route to the host"],
  ENETUNREACH: ["unreachable", "no route to the network"],
  ETIMEDOUT: ["unreachable", "no answer"],
};
/** What the library says where it gives no code. */
const HANDSHAKE_REASONS: readonly (readonly [RegExp, Reason])[] = [
  [/^Handshake terminated by server: 403/, ["credentials", "user name or password refused"]],
  [/^SASL mechanism/, ["credentials", "the broker takes no user name and password"]],
  [/^Socket closed/, ["unreachable", "connection closed during the handshake"]],
  [/^Expected ConnectionOpenOk; got <ConnectionClose/, ["vhost", NO_VHOST]],
  [/^(Frame|Invalid frame|Expected Connection)/, ["not_amqp", "what answers speaks no AMQP 0-9-1"]],
];

/** Why a connection did not come about. */
export function connectError(error: unknown, address: BrokerAddress): BrokerError {
  const [fault, reason] = connectReason(error, address);
  const message = `Failed to connect to RabbitMQ at ${address.printable}: ${reason}`;
  return new BrokerError(fault, message);
}

/** Why a connection is no more; `error` is what the library or the socket said, if anything. */
export function lostError(error: unknown, address: BrokerAddress): BrokerError {
  const [fault, reason] = lostReason(error, address);
  const message = `Lost the connection to RabbitMQ at ${address.printable}: ${reason}`;
  return new BrokerError(fault, message);
}

/** Why a connection is of no use: the broker was asked about something, and the answer stayed out. */
export function lateError(about: string, timeoutMs: number, address: BrokerAddress): BrokerError {
  const text = `RabbitMQ at ${address.printable} did not answer within ${timeoutMs / 1000} s`;
  return new BrokerError("unanswered", `${text} about ${about}`);
}

/** Why a connection is of no use: an operation on it failed. A {@link BrokerError} stays what it is. */
export function useError(error: unknown, address: BrokerAddress): BrokerError {
  if (error instanceof BrokerError) return error;
  const where = `RabbitMQ at ${address.printable}`;
  const reason = quote(error, address);
  const code = replyCode(error);
  if (code === null) {
    return new BrokerError("unexpected", `Failed to use ${where}: ${reason}`);
  }
  if (code === NOT_FOUND && !isAbsent(error)) {
    return new BrokerError("queue_out_of_reach", `${where} cannot reach a queue: ${reason}`);
  }
  return new BrokerError("refused", `${where} refused an operation: ${reason}`);
}

/**
 * Whether the broker has no such queue or exchange: of a queue whose node is down it says 404 as well, and
 * only the text tells.
 */
export function isAbsent(error: unknown): boolean {
  return replyCode(error) === NOT_FOUND && ABSENT.test(replyText(error));
}

/** Whether the broker keeps it from this user: that does not change by trying again. */
export function isForbidden(error: unknown): boolean {
  return replyCode(error) === ACCESS_REFUSED;
}

/** The broker's reply code, such as 404, where the library's error carries one. */
export function replyCode(error: unknown): number | null {
  const code = codeOf(error);
  return typeof code === "number" ? code : null;
}

/** What the broker wrote beside its reply code, without what the library puts around it. */
export function replyText(error: unknown): string {
  const text = textOf(error);
  return / with message "(.*)"$/s.exec(text)?.[1] ?? text;
}

function connectReason(error: unknown, address: BrokerAddress): Reason {
  const { hostname, isTls } = address;
  const code = codeOf(error);
  const text = textOf(error);
  if (error instanceof Deno.errors.TimedOut) return ["unreachable", text];
  if (error instanceof Deno.errors.NotCapable || code === "EPERM") {
    return ["not_permitted", "not permitted, --allow-net has to cover it"];
  }
  if (isLookup(error)) return ["unknown_host", `cannot resolve '${hostname}' (${code})`];
  if (typeof code === "string") {
    return SOCKET_REASONS[code] ??
      [isTls ? "tls" : "unreachable", `${quote(error, address)} (${code})`];
  }
  const known = HANDSHAKE_REASONS.find(([pattern]) => pattern.test(text));
  return known?.[1] ?? ["unexpected", quote(error, address)];
}

function lostReason(error: unknown, address: BrokerAddress): Reason {
  if (error === undefined) return ["lost", "connection closed"];
  if (textOf(error) === "Heartbeat timeout") {
    return ["silent", "the broker's heartbeats stayed out"];
  }
  if (isOfDecoder(error)) {
    return ["undecodable", `cannot decode what it sent (${quote(error, address)})`];
  }
  return [replyCode(error) === null ? "lost" : "closed_by_broker", quote(error, address)];
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/** The stack was not enough, a field's end was missing, its type was unknown. */
function isOfDecoder(error: unknown): boolean {
  return codeOf(error) === undefined && (error instanceof RangeError || error instanceof TypeError);
}

function isLookup(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && error.syscall === "getaddrinfo";
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What others wrote, without the password, should they have quoted it. */
function quote(error: unknown, { password }: BrokerAddress): string {
  const text = replyText(error);
  return password === "" ? text : text.replaceAll(password, "***");
}
