import {
  type Look,
  lookAtExchange,
  lookAtQueue,
  type QueueLook,
  type Unusable,
} from "../broker/inspection.ts";
import type { Connection } from "../broker/channel.ts";
import type { Config } from "../config/schema.ts";
import { counted } from "../words/counted.ts";
import { queuesOf } from "../domain/shard.ts";
import { type Finding, fine, problem, warning } from "./report.ts";

const NO_SENSOR = "Start the sensor, unless it is not meant to run yet";

/** What is to be said of the exchange and of the sensor's own queues. */
export async function queueFindings(model: Connection, config: Config): Promise<Finding[]> {
  const { sensorRef, shard, ha, mqExchange } = config;
  const queues = queuesOf(`sensor.${sensorRef}`, shard);
  const at = (queue: string) => lookAtQueue(model, queue);
  return [
    exchangeFinding(mqExchange, await lookAtExchange(model, mqExchange)),
    ha
      ? instancesFinding(queues.instances, await at(queues.instances))
      : rulesFinding(queues.rules, await at(queues.rules)),
    storeFinding(queues.outbox, await at(queues.outbox), {
      which: "that could not be delivered yet",
      fix: "Make sure that the API is up and a sensor runs: it works them off",
    }),
    storeFinding(queues.dead, await at(queues.dead), {
      which: "that the API refused for good",
      fix: "Look at the header 'reason' of its messages, then empty the queue",
    }),
  ];
}

function exchangeFinding(exchange: string, look: Look<null>): Finding {
  const facts = { exchange, exists: look.kind === "found" };
  if (look.kind === "found") return fine(`Exchange '${exchange}' is there`, facts);
  if (look.kind !== "missing") return unusable(`Exchange '${exchange}'`, look, facts);
  const fix = "Set ATTUNE_MQ_EXCHANGE to the exchange of the rule messages, attune.events on the " +
    "platform: the sensor would make an exchange that nobody feeds";
  return problem(`Exchange '${exchange}' does not exist`, fix, facts);
}

function rulesFinding(queue: string, look: Look<QueueLook>): Finding {
  if (look.kind === "missing") {
    const text = `Queue '${queue}' does not exist: no sensor has run yet`;
    return warning(text, `${NO_SENSOR}: it makes the queue`, factsOf(queue, look));
  }
  if (look.kind !== "found") return unusable(`Queue '${queue}'`, look, factsOf(queue, look));
  const { messages, consumers } = look.value;
  const text = `Queue '${queue}' has ${counted(messages, "message")} about rules and ` +
    counted(consumers, "consumer");
  if (consumers === 1) return fine(text, factsOf(queue, look));
  const fix = consumers === 0
    ? NO_SENSOR
    : "Set ATTUNE_HA=true for all instances, or end all but one: each fires everything";
  return (consumers === 0 ? warning : problem)(text, fix, factsOf(queue, look));
}

/** The queue that all instances consume lasts as long as any of them. */
function instancesFinding(queue: string, look: Look<QueueLook>): Finding {
  const facts = factsOf(queue, look);
  if (look.kind !== "found" && look.kind !== "missing") {
    return unusable(`Queue '${queue}'`, look, facts);
  }
  const count = look.kind === "found" ? look.value.consumers : 0;
  if (count === 0) return warning("No instance runs", NO_SENSOR, facts);
  const text = `${count} instances run, one of which fires`;
  if (count > 1) return fine(text, facts);
  return warning("1 instance runs, and nobody stands by", "Start another instance", facts);
}

function storeFinding(
  queue: string,
  look: Look<QueueLook>,
  { which, fix }: { readonly which: string; readonly fix: string },
): Finding {
  const facts = factsOf(queue, look);
  if (look.kind === "missing") {
    return fine(`Queue '${queue}' does not exist yet: the sensor makes it`, facts);
  }
  if (look.kind !== "found") return unusable(`Queue '${queue}'`, look, facts);
  const { messages } = look.value;
  const text = `Queue '${queue}' has ${counted(messages, "event")} ${which}`;
  return messages === 0 ? fine(text, facts) : warning(text, fix, facts);
}

function unusable(
  what: string,
  { kind, reason }: Unusable,
  facts: Finding["facts"],
): Finding {
  const fix = kind === "closed"
    ? "Give the user the right to it in RabbitMQ"
    : "Start the node of the cluster that has it, or see what keeps that from answering";
  return problem(`${what} cannot be used: ${reason}`, fix, facts);
}

function factsOf(queue: string, look: Look<QueueLook>): Finding["facts"] {
  return { queue, exists: look.kind !== "missing", ...(look.kind === "found" ? look.value : {}) };
}
