import { type ChannelMethod, readChannelMethod } from "./client_methods.ts";
import { ContentAssembly } from "./content.ts";
import { Deliveries, type Handout } from "./deliveries.ts";
import { type Frame, FrameType } from "./frames.ts";
import type { Message } from "./message.ts";
import { ProtocolError, ReplyCode } from "./protocol_error.ts";
import type { Owner } from "./queue.ts";
import { serverMethod } from "./server_methods.ts";
import { Topology } from "./topology.ts";
import type { VirtualHost } from "./virtual_host.ts";

type Publish = Extract<ChannelMethod, { name: "basic.publish" }>;

/** Sends a method on the channel, with the message that it brings where there is one. */
export type Send = (method: Uint8Array, message?: Message) => void;

/** What is said on one open channel; opening and closing it is the connection's business. */
export class Channel implements Disposable {
  readonly #host: VirtualHost;
  readonly #send: Send;
  readonly #topology: Topology;
  readonly #deliveries: Deliveries;
  #publishing: { readonly method: Publish; readonly content: ContentAssembly } | null = null;
  /** How many messages were published since confirms were asked for; `null` when they were not. */
  #published: bigint | null = null;

  constructor(host: VirtualHost, owner: Owner, send: Send) {
    this.#host = host;
    this.#send = send;
    this.#topology = new Topology(host, owner);
    this.#deliveries = new Deliveries(host, {
      deliver: (consumerTag, handout) =>
        send(serverMethod.basicDeliver(consumerTag, envelope(handout)), handout.entry.message),
      cancelled: (consumerTag) => send(serverMethod.basicCancel(consumerTag)),
    });
  }

  /** Takes a frame. Throws a `ProtocolError`. */
  accept(frame: Frame): void {
    if (this.#publishing !== null) {
      const { method, content } = this.#publishing;
      const complete = content.add(frame);
      if (complete === null) return;
      this.#publishing = null;
      const { exchange, routingKey } = method;
      this.#publish(method, { exchange, routingKey, ...complete });
    } else if (frame.type === FrameType.method) {
      this.#do(readChannelMethod(frame.payload));
    } else {
      throw new ProtocolError(
        "UNEXPECTED_FRAME",
        "expected method frame, got non method frame instead",
      );
    }
  }

  /** Ends the channel's consumers and gives back what they had not settled. */
  [Symbol.dispose](): void {
    this.#deliveries[Symbol.dispose]();
  }

  #do(method: ChannelMethod): void {
    switch (method.name) {
      case "basic.publish":
        return this.#beginPublish(method);
      case "basic.ack":
        return this.#deliveries.settle(Number(method.deliveryTag), method.multiple, "ack");
      case "basic.nack":
        return this.#giveBack(method.deliveryTag, method.multiple, method.requeue);
      case "basic.reject":
        return this.#giveBack(method.deliveryTag, false, method.requeue);
      case "basic.get":
        return this.#get(method);
      case "basic.consume":
        return this.#consume(method);
      case "basic.cancel":
        this.#deliveries.cancel(method.consumerTag);
        return this.#answer(method.noWait, serverMethod.basicCancelOk(method.consumerTag));
      case "basic.cancel-ok":
        return;
      case "basic.qos":
        return this.#limit(method);
      case "confirm.select":
        this.#published ??= 0n;
        return this.#answer(method.noWait, serverMethod.confirmSelectOk());
      default:
        return this.#answer(method.noWait, this.#topology.answer(method));
    }
  }

  #answer(noWait: boolean, method: Uint8Array): void {
    if (!noWait) this.#send(method);
  }

  #consume(method: Extract<ChannelMethod, { name: "basic.consume" }>): void {
    const queue = this.#topology.queue(method.queue);
    const tag = this.#deliveries.consume(queue, method);
    this.#answer(method.noWait, serverMethod.basicConsumeOk(tag));
    queue.pump();
  }

  #get({ queue: name, noAck }: Extract<ChannelMethod, { name: "basic.get" }>): void {
    const queue = this.#topology.queue(name);
    const handout = this.#deliveries.get(queue, noAck);
    if (handout === null) return this.#send(serverMethod.basicGetEmpty());
    this.#send(serverMethod.basicGetOk(envelope(handout), queue.depth), handout.entry.message);
  }

  #limit({ sizeBytes, count, global }: Extract<ChannelMethod, { name: "basic.qos" }>): void {
    if (sizeBytes !== 0) {
      throw new ProtocolError("NOT_IMPLEMENTED", `prefetch_size!=0 (${sizeBytes})`);
    }
    this.#deliveries.limit(count, global);
    this.#send(serverMethod.basicQosOk());
  }

  #giveBack(deliveryTag: bigint, multiple: boolean, requeue: boolean): void {
    this.#deliveries.settle(Number(deliveryTag), multiple, requeue ? "requeue" : "reject");
  }

  #beginPublish(method: Publish): void {
    if (method.immediate) throw new ProtocolError("NOT_IMPLEMENTED", "immediate=true");
    this.#publishing = { method, content: new ContentAssembly() };
  }

  #publish({ mandatory }: Publish, message: Message): void {
    if (message.properties.expiration !== undefined) {
      throw new ProtocolError("NOT_IMPLEMENTED", "expiration of this broker double");
    }
    const { isRouted, isAccepted } = this.#host.publish(message);
    if (mandatory && !isRouted) {
      this.#send(serverMethod.basicReturn(ReplyCode.NO_ROUTE, "NO_ROUTE", message), message);
    }
    if (this.#published === null) return;
    const tag = ++this.#published;
    this.#send(isAccepted ? serverMethod.basicAck(tag) : serverMethod.basicNack(tag));
  }
}

function envelope({ tag, entry: { message, redelivered } }: Handout) {
  const { exchange, routingKey } = message;
  return { deliveryTag: BigInt(tag), redelivered, exchange, routingKey };
}
