import { type ChannelModel, connect, type Options } from "amqplib";
import type { BrokerAddress } from "./address.ts";
import type { Connected } from "./channel.ts";

/** Connects with amqplib, over TCP or TLS. */
export async function connectAmqp(
  { address, name }: { readonly address: BrokerAddress; readonly name: string },
  signal: AbortSignal,
): Promise<Connected> {
  const socketOptions = {
    // Nagle's algorithm would hold each small frame back for some 40 ms.
    noDelay: true,
    clientProperties: { connection_name: name },
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
    username: address.username,
    password: address.password,
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
