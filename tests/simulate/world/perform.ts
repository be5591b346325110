import { propertiesOf } from "../../support/memory_message.ts";
import type { Fate, Of, Operation } from "../plan.ts";
import { paramsOf, type Row, stampOf, triggerOf } from "./rule_table.ts";
import { EXCHANGE, type World } from "./world.ts";

/** Does what an operation says. What it is about need not be there: then nothing happens. */
export function perform(operation: Operation, world: World): void {
  const { timeline, rules, api, broker, healsAt } = world;
  const machine = "machine" in operation ? world.machines[operation.machine - 1] : undefined;
  const process = machine?.process ?? null;
  // Nothing is wrong for longer than the plan lasts.
  const lasting = (ms: number, undo: () => void) =>
    void timeline.at(Math.min(timeline.now + ms, healsAt), undo);
  switch (operation.kind) {
    case "make":
      return change(
        world,
        "created",
        operation.fate,
        () => rules.make(refOf(operation), operation.draft, operation.onMissed),
      );
    case "edit":
      return change(
        world,
        "enabled",
        operation.fate,
        () => rules.change(refOf(operation), { draft: operation.draft }),
      );
    case "switch":
      return change(
        world,
        operation.on ? "enabled" : "disabled",
        operation.fate,
        () => rules.change(refOf(operation), { isOn: operation.on }),
      );
    case "move":
      return change(
        world,
        "disabled",
        operation.fate,
        () => rules.change(refOf(operation), { isForeign: true }),
      );
    case "delete": {
      const row = rules.delete(refOf(operation));
      if (row === undefined) return;
      world.note(row, null);
      return tell(world, "deleted", row, operation.fate);
    }
    case "kill":
      return machine?.kill(operation.deeds, operation.isMachine, operation.downMs);
    case "stop":
      return machine?.stop(operation.downMs);
    case "stall":
      return machine?.stall(operation.ms, operation.isSuspended);
    case "step":
      return machine?.step(operation.ms);
    case "api": {
      const fault = api.fail(operation.fault, operation.of);
      return lasting(operation.ms, () => fault[Symbol.dispose]());
    }
    case "broker":
      return breakBroker(operation, world, lasting);
    case "freeze":
      if (process === null) return;
      broker.freeze(process);
      return lasting(operation.ms, () => broker.thaw(process));
    case "cut":
      if (process !== null) broker.cutAfter(process, operation.messages, operation.isHalfOpen);
      return;
    default:
      operation satisfies never;
  }
}

function breakBroker(
  { fault, ms }: Of<"broker">,
  { broker }: World,
  lasting: (ms: number, undo: () => void) => void,
): void {
  switch (fault) {
    case "down":
      broker.down();
      return lasting(ms, () => broker.up());
    case "blocked":
      broker.broker.block();
      return lasting(ms, () => broker.broker.unblock());
    case "full":
      broker.broker.isFull = true;
      return lasting(ms, () => void (broker.broker.isFull = false));
    default:
      fault satisfies never;
  }
}

function refOf({ rule }: { readonly rule: number }): string {
  return `sim.rule${rule}`;
}

const MESSAGE_TYPES = {
  created: "RuleCreated",
  enabled: "RuleEnabled",
  disabled: "RuleDisabled",
  deleted: "RuleDeleted",
} as const;
type News = keyof typeof MESSAGE_TYPES;

function change(world: World, news: News, fate: Fate, act: () => Row | undefined): void {
  const row = act();
  if (row === undefined) return;
  world.note(row, row);
  tell(world, news, row, fate);
}

function tell(world: World, news: News, row: Row, fate: Fate): void {
  const { timeline, apiNow } = world;
  const text = messageOf(news, row, apiNow);
  const send = () => {
    world.told(row);
    publish(world, news, text, apiNow);
  };
  switch (fate.kind) {
    case "lost":
      return;
    case "sent":
      return send();
    case "late":
      return void timeline.after(fate.ms, send);
    case "doubled":
      send();
      return void timeline.after(fate.ms, send);
    case "malformed":
      return publish(world, news, text.slice(0, -9), apiNow);
    default:
      fate satisfies never;
  }
}

/** In the older form, the one that tells of deletions (contract 3.3). */
function messageOf(news: News, row: Row, sentAt: number): string {
  return JSON.stringify({
    event_type: MESSAGE_TYPES[news],
    rule_id: row.id,
    rule_ref: row.ref,
    trigger_type: triggerOf(row),
    trigger_params: paramsOf(row),
    enabled: row.isOn && !row.isForeign && news !== "deleted",
    timestamp: stampOf(sentAt * 1000),
  });
}

function publish({ broker }: World, news: News, text: string, sentAt: number): void {
  broker.broker.host.publish({
    exchange: EXCHANGE,
    routingKey: `rule.${news}`,
    properties: propertiesOf({ persistent: true, timestamp: Math.floor(sentAt / 1000) }),
    body: new TextEncoder().encode(text),
  });
}
