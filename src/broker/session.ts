import type { Backoff } from "../ground/backoff.ts";
import type { Clock } from "../ground/clock.ts";
import { type BrokerAddress, parseAddress } from "./address.ts";
import { connectAmqp } from "./amqp.ts";
import { ANSWER_TIMEOUT_MS, AnsweredConnection } from "./answers.ts";
import { BrokerError, connectError, lateError, lostError, useError } from "./fault.ts";
import type { Channel, ConfirmChannel, Connect, Connected, Connection } from "./channel.ts";
import { type Link, type SessionContext, Supervisor } from "./supervisor.ts";

/** From the look-up of the name to the end of the handshake. */
const CONNECT_TIMEOUT_MS = 10_000;
/** A broker that hangs would never confirm that the connection is closed. */
const CLOSE_TIMEOUT_MS = 1000;

/** An open connection to the broker. */
export interface BrokerLink extends Link {
  readonly model: Connection;
  /** As agreed with the broker, which may want it shorter than the address says; 0: there is none. */
  readonly heartbeatSeconds: number;
  /** Closed before the connection is, whose end would overtake what they have yet to send. */
  readonly channels: Set<Channel>;
}

/** A connection to the broker that comes back by itself. */
export interface Session extends AsyncDisposable {
  /** Resolves when it is up for the first time, rejects when it is closed before. */
  readonly ready: Promise<void>;
  /** `amqp://host:port/vhost`, without credentials. */
  readonly address: string;
}

/** What to connect to and what to do there. */
export interface SessionOptions {
  /** As {@link parseAddress} reads it. */
  readonly url: string;
  /** Shown in the broker's list of connections. */
  readonly name: string;
  /** How: over TCP or TLS unless told otherwise. */
  readonly connect?: Connect | undefined;
  readonly clock: Clock;
  readonly backoff: Backoff;
  /** Ends the session, too. */
  readonly signal: AbortSignal;
  /**
   * Puts a new connection to use: channels, queues, consumers. If this rejects, or calls `fail`, at any
   * time, or if the broker does not answer in time, the connection is closed and a new one follows.
   */
  begin(context: SessionContext<BrokerLink>): Promise<void>;
  /** An attempt failed or a connection ended; the next attempt follows in `retryMs`. */
  down(error: BrokerError, retryMs: number): void;
}

/** Opens a session. Throws a `TypeError` when the URL cannot be read. */
export function openSession(options: SessionOptions): Session {
  const { clock, backoff, signal, name, connect = connectAmqp } = options;
  const address = parseAddress(options.url);
  const supervisor = Supervisor.start<BrokerLink>({
    clock,
    backoff,
    signal,
    dial: (signal) => dial({ address, name, connect, clock }, signal),
    session: (context) => options.begin(context),
    down: (reason, retryMs) => options.down(useError(reason, address), retryMs),
  });
  return {
    address: address.printable,
    get ready() {
      return supervisor.ready;
    },
    [Symbol.asyncDispose]: () => supervisor[Symbol.asyncDispose](),
  };
}

/** Connects once. Rejects with a {@link BrokerError}, throws a `TypeError` when the URL cannot be read. */
export async function openLink(
  options: Pick<SessionOptions, "url" | "name" | "connect" | "clock" | "signal">,
): Promise<BrokerLink> {
  const { url, name, connect = connectAmqp, clock, signal } = options;
  return await dial({ address: parseAddress(url), name, connect, clock }, signal);
}

/** Opens a channel whose end is the end of the session. */
export async function openChannel(context: SessionContext<BrokerLink>): Promise<Channel> {
  return adopt(await context.link.model.createChannel(), context);
}

/** The same, with the broker confirming each message. */
export async function openConfirmChannel(
  context: SessionContext<BrokerLink>,
): Promise<ConfirmChannel> {
  return adopt(await context.link.model.createConfirmChannel(), context);
}

function adopt<C extends Channel>(channel: C, { link, fail }: SessionContext<BrokerLink>): C {
  link.channels.add(channel);
  channel.on("error", fail);
  // A channel closes along with its connection, just before: the connection knows the reason.
  channel.on("close", () => {
    queueMicrotask(() => fail(new BrokerError("lost", "A channel to RabbitMQ was closed")));
  });
  return channel;
}

/**
 * Runs operations on a channel of their own, because a refused one closes its channel. Rejects with the
 * library's error; `replyCode` tells the broker's code.
 */
export async function onChannel<T>(
  model: Connection,
  operate: (channel: Channel) => Promise<T>,
): Promise<T> {
  const channel = await model.createChannel();
  // The operation rejects as well; without a listener the error would end the connection.
  channel.on("error", () => {});
  try {
    return await operate(channel);
  } finally {
    await channel.close().catch(() => {/* closed by the refusal */});
  }
}

interface Target {
  readonly address: BrokerAddress;
  readonly name: string;
  readonly connect: Connect;
  readonly clock: Clock;
}

/** Rejects with a {@link BrokerError}. */
async function dial(target: Target, stop: AbortSignal): Promise<BrokerLink> {
  const { address, name, connect, clock } = target;
  const socket = new AbortController();
  const onStop = () => socket.abort(stop.reason);
  stop.addEventListener("abort", onStop, { once: true });
  const timedOut = new Deno.errors.TimedOut(`no answer in ${CONNECT_TIMEOUT_MS / 1000} s`);
  using _deadline = clock.alarm(CONNECT_TIMEOUT_MS, () => socket.abort(timedOut));
  try {
    return linkOver(await connect({ address, name }, socket.signal), socket, target);
  } catch (error) {
    throw connectError(socket.signal.aborted ? socket.signal.reason : error, address);
  } finally {
    stop.removeEventListener("abort", onStop);
  }
}

function linkOver(
  { model: connection, heartbeatSeconds }: Connected,
  socket: AbortController,
  { address, clock }: Target,
): BrokerLink {
  const ended = new AbortController();
  const end = (error?: Error) => ended.abort(lostError(error, address));
  const late = (about: string) => {
    const error = lateError(about, ANSWER_TIMEOUT_MS, address);
    ended.abort(error);
    return error;
  };
  const model = new AnsweredConnection(connection, clock, late);
  model.on("error", end);
  // Not every end is an error to the client: one that an operator asks for is not.
  model.on("close", end);
  const channels = new Set<Channel>();
  return {
    model,
    heartbeatSeconds,
    channels,
    ended: ended.signal,
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      model.once("close", () => closed.resolve());
      using _deadline = clock.alarm(CLOSE_TIMEOUT_MS, closed.resolve);
      await Promise.race([closeAll(model, channels), closed.promise]);
      socket.abort();
    },
  };
}

/** Never rejects: what is closed already need not be closed. */
async function closeAll(model: Connection, channels: Iterable<Channel>): Promise<void> {
  await Promise.allSettled(Array.from(channels, (channel) => channel.close()));
  await model.close().catch(() => {});
}
