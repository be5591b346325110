import { RabbitMq } from "./rabbitmq.ts";

/** What a cluster takes nodes that do not see each other for, where nothing else is said. */
const CONFIG = ["cluster_partition_handling = pause_minority"];

/** A cluster of RabbitMQ nodes of a test's own, on the loopback. */
export class RabbitCluster implements AsyncDisposable {
  readonly nodes: readonly RabbitMq[];
  readonly #stack: AsyncDisposableStack;

  private constructor(nodes: readonly RabbitMq[], stack: AsyncDisposableStack) {
    this.nodes = nodes;
    this.#stack = stack;
  }

  /** Starts a cluster and waits until all of its nodes answer, about 8 s a node. */
  static async start(count: number): Promise<RabbitCluster> {
    await using stack = new AsyncDisposableStack();
    const first = stack.use(await RabbitMq.start({ config: CONFIG }));
    const nodes = [first];
    while (nodes.length < count) {
      nodes.push(stack.use(await RabbitMq.start({ config: CONFIG, beside: first })));
    }
    return new RabbitCluster(nodes, stack.move());
  }

  /** The `number`th node, counted from 1. */
  node(number: number): RabbitMq {
    const node = this.nodes[number - 1];
    if (node === undefined) throw new RangeError(`There is no node ${number}`);
    return node;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
