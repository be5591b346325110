import { BrokerError, type BrokerFault } from "../broker/fault.ts";
import { type BrokerLink, openLink } from "../broker/session.ts";
import { systemChance } from "../ground/chance.ts";
import type { Clock } from "../ground/clock.ts";
import type { Config } from "../config/schema.ts";
import { unlessAborted } from "../ground/abort.ts";
import { queueFindings } from "./queues_part.ts";
import { examined, fine, type PartReport, problem, skipped } from "./report.ts";

const REACH = "Correct ATTUNE_MQ_URL, start RabbitMQ, or open the way to it";
const FIXES: Readonly<Partial<Record<BrokerFault, string>>> = {
  unknown_host: "Correct the host in ATTUNE_MQ_URL, or the name service",
  not_permitted: "Allow RabbitMQ's host and port with --allow-net",
  tls: "Give the authority's certificate with DENO_CERT, or correct the host in ATTUNE_MQ_URL",
  not_amqp: "Correct the port in ATTUNE_MQ_URL: 5672 is usual, 5671 with amqps://",
  credentials: "Correct user and password in ATTUNE_MQ_URL, special characters percent-encoded",
  vhost: "Correct the vhost at the end of ATTUNE_MQ_URL, or give the user permissions on it",
};

/** Whether RabbitMQ lets us in, and what is there. */
export async function checkBroker(
  config: Config,
  clock: Clock,
  signal: AbortSignal,
): Promise<PartReport[]> {
  const { mqUrl: url } = config;
  try {
    await using link = await openLink({
      url,
      name: "attune-core-timer-sensor (check)",
      clock,
      chance: systemChance,
      signal,
    });
    const findings = await look(link, config);
    const { printable: address } = link.address;
    const broker = examined("broker", [fine(`${address} lets the user in`, { address })]);
    return [broker, examined("queues", findings)];
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    const { fault, message } = error;
    const why = "Not looked at: there is no connection to RabbitMQ";
    return [
      examined("broker", [problem(message, FIXES[fault] ?? REACH, { fault })]),
      skipped("queues", why),
    ];
  }
}

/** A broker that falls silent would never answer. */
async function look(link: BrokerLink, config: Config) {
  return await unlessAborted(queueFindings(link.model, config), link.ended);
}
