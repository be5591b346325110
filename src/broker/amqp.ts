import { type ChannelModel, connect, credentials, type Options } from "amqplib";
import type { BrokerAddress } from "../config/broker_address.ts";
import { systemChance } from "../ground/chance.ts";
import type { Connected } from "./channel.ts";
import { OtherAddressesError } from "./fault.ts";
import { clientCertificate } from "./client_certificate.ts";
import { type Route, routesTo } from "./routes.ts";

interface Target {
  readonly address: BrokerAddress;
  /** Shown by the broker. */
  readonly name: string;
}

/** Connects with amqplib, over TCP or TLS, to whichever address of the host's name answers first. */
export async function connectAmqp(target: Target, signal: AbortSignal): Promise<Connected> {
  const { hostname, port } = target.address;
  const closed: string[] = [];
  let reason: unknown;
  for (const route of await routesTo(hostname, port, systemChance)) {
    try {
      return await connectBy(route, target, signal);
    } catch (error) {
      signal.throwIfAborted();
      // By its name a host can be reached by no more than one address of each family: the others
      // need a permission of their own.
      if (error instanceof Deno.errors.NotCapable && route.ip !== null) closed.push(route.ip);
      else reason = error;
    }
  }
  throw closed.length === 0 ? reason : new OtherAddressesError(reason, closed);
}

async function connectBy(
  { options }: Route,
  { address, name }: Target,
  signal: AbortSignal,
): Promise<Connected> {
  const socketOptions = {
    // Nagle's algorithm would hold each small frame back for some 40 ms.
    noDelay: true,
    clientProperties: { connection_name: name },
    ...(address.login === null ? { credentials: credentials.external() } : {}),
    ...(address.certificate === null ? {} : await clientCertificate(address.certificate)),
    ...options,
    // Destroys the socket, in whatever state: the library alone would leave it half open.
    signal,
  };
  const model = await connect(connectOptions(address), socketOptions);
  return { model, heartbeatSeconds: agreedHeartbeat(model) ?? address.heartbeatSeconds };
}

/** An object, for in a URL the library would not understand credentials beyond ASCII. */
function connectOptions(address: BrokerAddress): Options.Connect {
  return {
    protocol: address.isTls ? "amqps" : "amqp",
    hostname: address.hostname,
    port: address.port,
    ...address.login,
    // This one part it decodes all the same.
    vhost: encodeURIComponent(address.vhost),
    heartbeat: address.heartbeatSeconds,
  };
}

/** The library keeps it, and its types do not say so. */
function agreedHeartbeat({ connection }: ChannelModel): number | null {
  const heartbeat = "heartbeat" in connection ? connection.heartbeat : null;
  return typeof heartbeat === "number" ? heartbeat : null;
}
