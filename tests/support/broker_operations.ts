import type { Channel } from "../../src/broker/channel.ts";
import {
  code,
  endOf,
  eventsOf,
  failure,
  Inbox,
  quiet,
  send,
  texts,
  until,
  type Visit,
  withoutName,
} from "./broker_visit.ts";

/** Something done to a broker, and what is to be seen of it, to be compared with another broker's answer. */
export interface Operation {
  readonly of: string;
  run(visit: Visit): Promise<readonly unknown[]>;
}

/** What a broker that follows the protocol as RabbitMQ does answers to everything that the sensor asks. */
export const OPERATIONS: readonly Operation[] = [
  ...refusals({
    "a queue that is not there": (it) => it.checkQueue("none"),
    "an exchange that is not there": (it) => it.checkExchange("none"),
    "consuming from a queue that is not there": (it) => it.consume("none", () => {}),
    "fetching from a queue that is not there": (it) => it.get("none"),
    "purging a queue that is not there": (it) => it.purgeQueue("none"),
    "binding to an exchange that is not there": (it) => it.bindQueue("held", "none", "key"),
    "a queue of another durability": (it) =>
      it.assertQueue("held", { durable: false, maxLength: 5 }),
    "a queue of another length": (it) => it.assertQueue("held", { maxLength: 6 }),
    "a queue without its length": (it) => it.assertQueue("held", {}),
    "a queue that refuses where it did not": (it) =>
      it.assertQueue("held", { maxLength: 5, arguments: { "x-overflow": "reject-publish" } }),
    "a queue that deletes itself where it did not": (it) =>
      it.assertQueue("held", { maxLength: 5, autoDelete: true }),
    "a shared queue as one's own": (it) =>
      it.assertQueue("held", { maxLength: 5, exclusive: true }),
    "an exchange of another durability": (it) =>
      it.assertExchange("topics", "topic", { durable: false }),
    "a second consumer beside an exclusive one": (it) => it.consume("held", () => {}),
    "deleting a queue that is in use if it is not": (it) =>
      it.deleteQueue("held", { ifUnused: true, ifEmpty: false }),
    "deleting a queue that is not empty if it is": (it) =>
      it.deleteQueue("full", { ifUnused: true, ifEmpty: true }),
  }),
  {
    of: "unbinding and deleting what is not there",
    async run(visit) {
      const channel = await visit.channel();
      await channel.assertExchange("missing.topics", "topic", { durable: true });
      await channel.unbindQueue("none", "none", "key");
      await channel.unbindQueue("none", "missing.topics", "key");
      await channel.deleteQueue("none", { ifUnused: true, ifEmpty: true });
      return ["done"];
    },
  },
  {
    of: "acknowledging twice",
    async run(visit) {
      const channel = await visit.channel();
      await channel.assertQueue("twice", {});
      await send(channel, "twice", "text");
      const ended = endOf(channel);
      const message = await channel.get("twice");
      if (message === false) throw new Error("There is nothing");
      channel.ack(message);
      channel.ack(message);
      return await ended;
    },
  },
  {
    of: "a queue that is full",
    async run(visit) {
      const channel = await visit.channel();
      const refusing = { arguments: { "x-overflow": "reject-publish" } };
      const notes: unknown[] = [];
      for (const [queue, options] of [["drops", {}], ["refuses", refusing]] as const) {
        await channel.assertQueue(queue, { maxLength: 2, ...options });
        for (const text of ["a", "b", "c"]) notes.push(await send(channel, queue, text));
        notes.push(await texts(channel, queue));
      }
      return notes;
    },
  },
  {
    of: "a message, with what stands beside it",
    async run(visit) {
      const channel = await visit.channel();
      await channel.assertQueue("beside", {});
      const notes: unknown[] = [];
      const headers = { rule: 7, ref: "pack.rule", big: 2 ** 41 };
      const all = { persistent: true, correlationId: "1", timestamp: 1_700_000_000, headers };
      for (const options of [{}, all]) {
        await send(channel, "beside", "blåbær", options);
        const message = await channel.get("beside");
        if (message === false) throw new Error("There is nothing");
        const { headers, correlationId, timestamp } = message.properties;
        notes.push(message.content.toString(), message.fields.deliveryTag);
        notes.push({ ...headers }, correlationId, timestamp);
      }
      return notes;
    },
  },
  {
    of: "a message to no queue, which comes back before it is confirmed where that is asked",
    async run(visit) {
      const channel = await visit.channel();
      const notes: unknown[] = [];
      channel.on("return", ({ content, properties }) => {
        notes.push(`returned ${content} ${properties.correlationId}`);
      });
      for (const mandatory of [false, true]) {
        notes.push(await send(channel, "none", "text", { mandatory, correlationId: "7" }));
      }
      return notes;
    },
  },
  {
    of: "a prefetch, and who is given back what was not acknowledged",
    async run(visit) {
      const publisher = await visit.channel();
      await publisher.assertQueue("prefetched", {});
      for (const text of ["a", "b", "c", "d", "e"]) await send(publisher, "prefetched", text);
      const first = await visit.channel();
      await first.prefetch(2);
      const taken = new Inbox();
      await first.consume("prefetched", taken.take);
      const notes: unknown[] = [await taken.texts(2), await publisher.checkQueue("prefetched")];
      first.ack(taken.message(0));
      notes.push(await taken.texts(3));
      const later = new Inbox();
      await (await visit.channel()).consume("prefetched", later.take);
      notes.push(await later.texts(2));
      await first.close();
      notes.push(await later.texts(4));
      return notes.map(withoutName);
    },
  },
  {
    of: "what a connection that broke off held, in order",
    async run(visit) {
      const channel = await visit.channel();
      await channel.assertQueue("broken", {});
      for (const text of ["a", "b", "c"]) await send(channel, "broken", text);
      const end = new AbortController();
      const model = await visit.connection(end.signal);
      const events = eventsOf(model);
      const held = quiet(await model.createChannel());
      held.on("close", () => events.push("channel close"));
      for (let count = 0; count < 2; count++) await held.get("broken");
      const asked = failure(() => untilClosed(held));
      end.abort(new Error("cut"));
      const { message } = await asked;
      await until(async () => (await channel.checkQueue("broken")).messageCount === 3);
      return [message, events, await texts(channel, "broken")];
    },
  },
  {
    of: "a consumer whose queue is deleted",
    async run(visit) {
      const channel = await visit.channel();
      await channel.assertQueue("deleted", {});
      await send(channel, "deleted", "text");
      const inbox = new Inbox();
      await channel.consume("deleted", inbox.take);
      await inbox.texts(1);
      await channel.deleteQueue("deleted", { ifUnused: false, ifEmpty: false });
      await inbox.until(2);
      channel.ack(inbox.message(0));
      const { messageCount, consumerCount } = await channel.assertQueue("deleted", {});
      return [inbox.ended, messageCount, consumerCount];
    },
  },
  {
    of: "a consumer that goes, and the queue that goes with it",
    async run(visit) {
      const channel = await visit.channel();
      await channel.assertQueue("going", { autoDelete: true });
      const { consumerTag } = await channel.consume("going", () => {}, { consumerTag: "me" });
      const before = withoutName(await channel.checkQueue("going"));
      await channel.cancel(consumerTag);
      return [consumerTag, before, await failure(() => channel.checkQueue("going"))];
    },
  },
  {
    of: "an exclusive consumer, whose place is free once it goes",
    async run(visit) {
      const channel = await visit.channel();
      await channel.assertQueue("place", {});
      await channel.consume("place", () => {}, { exclusive: true });
      const rival = await visit.channel();
      const refused = await failure(() => rival.consume("place", () => {}, { exclusive: true }));
      await channel.close();
      const again = await visit.channel();
      await again.consume("place", () => {}, { exclusive: true });
      return [refused, withoutName(await again.checkQueue("place"))];
    },
  },
  {
    of: "a queue of one connection's own",
    async run(visit) {
      const end = new AbortController();
      const owner = await visit.connection(end.signal);
      await (await owner.createChannel()).assertQueue("own", { exclusive: true });
      const stranger = await visit.channel();
      const refused = await failure(() => stranger.checkQueue("own"));
      await owner.close();
      const other = await visit.channel();
      return [refused, await failure(() => other.checkQueue("own"))];
    },
  },
  {
    of: "bindings and a purge",
    async run(visit) {
      const channel = await visit.channel();
      await channel.assertExchange("bound.topics", "topic", { durable: true });
      await channel.checkExchange("bound.topics");
      await channel.assertQueue("bound", { durable: true });
      await channel.bindQueue("bound", "bound.topics", "rule.*");
      await channel.bindQueue("bound", "bound.topics", "rule.*");
      await channel.unbindQueue("bound", "bound.topics", "rule.*");
      for (const text of ["a", "b"]) await send(channel, "bound", text);
      const { messageCount } = await channel.purgeQueue("bound");
      return [messageCount, withoutName(await channel.checkQueue("bound"))];
    },
  },
  {
    of: "a connection that is closed, and what is asked of it then",
    async run(visit) {
      const model = await visit.connection();
      const events = eventsOf(model);
      const channel = quiet(await model.createConfirmChannel());
      channel.on("close", () => events.push("channel close"));
      await model.close();
      const late = await failure(() => channel.checkQueue("none"));
      return [events, late, code(await failure(() => model.createChannel()))];
    },
  },
  {
    of: "a broker that ends its connections",
    async run(visit) {
      const model = await visit.connection();
      const events = eventsOf(model);
      const channel = quiet(await model.createConfirmChannel());
      channel.on("close", () => events.push("channel close"));
      const closed = new Promise((resolve) => model.once("close", () => resolve(null)));
      await visit.broker.end();
      await closed;
      return events;
    },
  },
  {
    of: "a broker that is short of memory, and stops who publishes alone",
    async run(visit) {
      const model = await visit.connection();
      const events = eventsOf(model);
      const channel = quiet(await model.createConfirmChannel());
      await channel.assertQueue("starved", {});
      await send(channel, "starved", "before");
      await visit.broker.starve(true);
      const sent = send(channel, "starved", "text").then((note) => events.push(`sent: ${note}`));
      await until(() => events.includes("blocked"));
      const other = await visit.channel();
      const before = (await other.checkQueue("starved")).messageCount;
      await visit.broker.starve(false);
      await sent;
      await until(() => events.includes("unblocked"));
      return [before, events.toSorted(), (await channel.checkQueue("starved")).messageCount];
    },
  },
];

/** Each with what the channel tells of its end. */
function refusals(
  asked: Readonly<Record<string, (channel: Channel) => Promise<unknown>>>,
): Operation[] {
  return Object.entries(asked).map(([of, ask]) => ({
    of: `refusing ${of}`,
    async run(visit) {
      const setup = await visit.channel();
      await setup.assertExchange("topics", "topic", { durable: true });
      await setup.assertQueue("held", { maxLength: 5 });
      await setup.bindQueue("held", "topics", "key");
      await setup.consume("held", () => {}, { exclusive: true });
      await setup.assertQueue("full", {});
      await send(setup, "full", "text");
      const channel = await visit.channel();
      const ended = endOf(channel);
      const refused = await failure(() => ask(channel));
      const answer = [refused, ...await ended, await failure(() => channel.checkQueue("held"))];
      await setup.close();
      return answer;
    },
  }));
}

async function untilClosed(channel: Channel): Promise<void> {
  for (;;) await channel.checkQueue("broken");
}
