import type { ChannelMethod } from "./client_methods.ts";
import { EXCHANGE_TYPES, type ExchangeType } from "./exchange.ts";
import { ProtocolError } from "./protocol_error.ts";
import type { Owner, Queue } from "./queue.ts";
import { serverMethod } from "./server_methods.ts";
import type { VirtualHost } from "./virtual_host.ts";

/** The methods that make, bind and unmake exchanges and queues. */
export type TopologyMethod = Extract<
  ChannelMethod,
  { name: `exchange.${string}` | `queue.${string}` }
>;
type Declare<Name extends TopologyMethod["name"]> = Extract<TopologyMethod, { name: Name }>;

/** One channel's way to make, bind and unmake exchanges and queues. */
export class Topology {
  readonly #host: VirtualHost;
  readonly #owner: Owner;
  #lastDeclared: string | null = null;

  constructor(host: VirtualHost, owner: Owner) {
    this.#host = host;
    this.#owner = owner;
  }

  /** A queue by its name; the empty name is the queue that this channel declared last. */
  queue(name: string): Queue {
    const meant = this.#meant(name);
    if (meant === null) throw new ProtocolError("NOT_FOUND", "no previously declared queue");
    return this.#host.queue(meant, this.#owner);
  }

  /** Does what the method says and gives the answer, as a method payload. */
  answer(method: TopologyMethod): Uint8Array {
    switch (method.name) {
      case "exchange.declare":
        return this.#declareExchange(method);
      case "exchange.delete":
        this.#host.deleteExchange(method.exchange, method.ifUnused);
        return serverMethod.exchangeDeleteOk();
      case "queue.declare":
        return this.#declareQueue(method);
      case "queue.bind":
        this.#host.exchange(method.exchange).bind(this.queue(method.queue), method.routingKey);
        return serverMethod.queueBindOk();
      case "queue.unbind":
        this.#host.unbind({ ...method, queue: this.#meant(method.queue) ?? "" }, this.#owner);
        return serverMethod.queueUnbindOk();
      case "queue.purge":
        return serverMethod.queuePurgeOk(this.queue(method.queue).purge());
      case "queue.delete":
        return serverMethod.queueDeleteOk(
          this.#host.deleteQueueIf(
            { ...method, queue: this.#meant(method.queue) ?? "" },
            this.#owner,
          ),
        );
      default:
        return method satisfies never;
    }
  }

  #meant(name: string): string | null {
    return name === "" ? this.#lastDeclared : name;
  }

  #declareExchange(method: Declare<"exchange.declare">): Uint8Array {
    const { exchange, type, passive, durable, autoDelete } = method;
    if (passive) {
      this.#host.exchange(exchange);
      return serverMethod.exchangeDeclareOk();
    }
    if (!isExchangeType(type)) {
      throw new ProtocolError("COMMAND_INVALID", `invalid exchange type '${type}'`);
    }
    const unsupported = method.internal ? ["internal"] : Object.keys(method.args);
    if (unsupported.length > 0) {
      throw new ProtocolError(
        "NOT_IMPLEMENTED",
        `exchange argument '${unsupported[0]}' of this broker double`,
      );
    }
    this.#host.declareExchange(exchange, { type, durable, autoDelete });
    return serverMethod.exchangeDeclareOk();
  }

  #declareQueue(method: Declare<"queue.declare">): Uint8Array {
    const { exclusive, autoDelete, args } = method;
    const owner = exclusive ? this.#owner : null;
    // What ends with its connection cannot outlive the broker.
    const durable = method.durable && !exclusive;
    const queue = method.passive
      ? this.queue(method.queue)
      : this.#host.declareQueue(method.queue, { durable, autoDelete, owner, args }, this.#owner);
    this.#lastDeclared = queue.name;
    return serverMethod.queueDeclareOk(queue.name, queue.depth, queue.consumerCount);
  }
}

function isExchangeType(type: string): type is ExchangeType {
  return EXCHANGE_TYPES.some((known) => known === type);
}
