import amqp, { type ChannelModel } from "amqplib";
import { redactUrl } from "../../ground/redact_url.ts";
import { startBroker } from "../amqp/broker.ts";

const STANDARD_URL = "amqp://127.0.0.1:5672";
const CONNECT_TIMEOUT_MS = 2000;
const NOT_FOUND = 404;

/** A broker to play with, and where it comes from. */
export interface ChosenBroker extends AsyncDisposable {
  readonly url: string;
  /** In words, without secrets. */
  readonly origin: string;
}

/** What the sandbox makes on a broker, and takes away again. */
export interface Traces {
  readonly exchange: string;
  readonly queue: string;
}

/**
 * The RabbitMQ at `wantedUrl`, or at the standard address, if one answers there and nobody has a queue of
 * that name on it; a stand-in otherwise.
 */
export async function chooseBroker(
  wantedUrl: string | undefined,
  traces: Traces,
): Promise<ChosenBroker> {
  const url = wantedUrl ?? STANDARD_URL;
  const place = `RabbitMQ at ${redactUrl(url)}`;
  const obstacle = await obstacleTo(url, traces);
  if (obstacle === null) {
    return {
      url,
      origin: "a RabbitMQ that was there already",
      [Symbol.asyncDispose]: () => removeTraces(url, traces),
    };
  }
  const broker = startBroker();
  return {
    url: broker.url,
    origin: `a stand-in, in memory: the ${place} ${obstacle}`,
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}

/** Why a broker cannot be used, if it cannot. */
async function obstacleTo(url: string, { queue }: Traces): Promise<string | null> {
  let model: ChannelModel;
  try {
    model = await connect(url);
  } catch {
    return "does not answer";
  }
  try {
    const channel = await model.createChannel();
    channel.on("error", () => {/* the check fails too */});
    await channel.checkQueue(queue);
    // It may be the queue of a sensor in earnest, whose messages are not ours to take.
    return `has a queue ${queue} already`;
  } catch (error) {
    const isFree = error instanceof Error && "code" in error && error.code === NOT_FOUND;
    return isFree ? null : "does not let us in";
  } finally {
    await model.close().catch(() => {/* closed by the broker */});
  }
}

async function removeTraces(url: string, { exchange, queue }: Traces): Promise<void> {
  try {
    const model = await connect(url);
    const channel = await model.createChannel();
    await channel.deleteQueue(queue);
    await channel.deleteExchange(exchange);
    await model.close();
  } catch {
    // The broker has gone, and what it kept is its own business.
  }
}

async function connect(url: string): Promise<ChannelModel> {
  const model = await amqp.connect(url, { noDelay: true, timeout: CONNECT_TIMEOUT_MS });
  model.on("error", () => {/* what is being done fails too */});
  return model;
}
