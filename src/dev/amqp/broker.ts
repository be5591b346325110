import { systemClock } from "../../ground/clock.ts";
import { Connection } from "./connection.ts";
import { VirtualHost } from "./virtual_host.ts";

/** A queue as people may want to see it. */
export interface QueueView {
  readonly name: string;
  /** How many messages wait. */
  readonly depth: number;
  readonly consumers: number;
}

/** A running broker; dispose of it to close its connections and its port. */
export interface Broker extends AsyncDisposable {
  /** What `ATTUNE_MQ_URL` takes. */
  readonly url: string;
  /** How many clients are connected. */
  readonly connections: number;
  /** All queues, by name. */
  readonly queues: readonly QueueView[];
}

/**
 * Starts a stand-in for RabbitMQ in this process: AMQP 0-9-1 over TCP, with what a sensor and its tests
 * use. Everything is kept in memory and is gone with the process, durable or not. Any free port where none
 * is named. Throws when the port cannot be had.
 */
export function startBroker(
  { hostname = "127.0.0.1", port = 0 }: { hostname?: string; port?: number } = {},
): Broker {
  const listener = Deno.listen({ hostname, port });
  const host = new VirtualHost();
  const connections = new Map<Connection, Promise<void>>();
  const accepting = acceptAll();

  async function acceptAll(): Promise<void> {
    for await (const socket of listener) {
      socket.setNoDelay();
      const connection = new Connection(socket, host, systemClock);
      const running = connection.run().finally(() => connections.delete(connection));
      connections.set(connection, running);
    }
  }

  return {
    url: `amqp://${hostname}:${listener.addr.port}`,
    get connections() {
      return connections.size;
    },
    get queues() {
      return [...host.queues()]
        .map(({ name, depth, consumerCount }) => ({ name, depth, consumers: consumerCount }))
        .toSorted((a, b) => a.name < b.name ? -1 : 1);
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of connections.keys()) connection.close();
      await Promise.all([accepting, ...connections.values()]);
      host[Symbol.dispose]();
    },
  };
}
