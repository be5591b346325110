import type { Chronicle } from "./chronicle.ts";
import { type Draft, type Fate, type Operation, type Plan, START } from "./plan.ts";
import type { Outcome } from "./simulate.ts";

/** What happened, with times in seconds since the beginning. */
export function storyOf({ chronicle, verdict }: Outcome): string {
  const { plan, endAt } = chronicle;
  const lines = [
    ...plan.operations.map((it) => ({ at: START + it.atMs, text: `* ${operationText(it)}` })),
    ...postLines(chronicle),
    ...chronicle.processes.flatMap(({ number, machine, said, endedAt, how }) => [
      ...said.filter(({ text }) => !/^Timer fired|^In a minute/.test(text))
        .map(({ at, text }) => ({ at, text: `  sensor ${number} on ${machine}: ${text}` })),
      ...(how === "killed" ? [{ at: endedAt, text: `  sensor ${number} is killed` }] : []),
    ]),
    ...checkpointLines(chronicle),
    ...verdict.faults.map(({ what, text, at }) => ({
      at: at ?? endAt,
      text: `! ${what}: ${text.replace(/@(.*)/, (_, it) => `@${seconds(Date.parse(it))}`)}`,
    })),
  ].sort((a, b) => a.at - b.at);
  return [settingText(plan), ...lines.map(({ at, text }) => `${seconds(at).padStart(9)} ${text}`)]
    .join("\n");
}

/** What was done, in one line. */
export function outlineOf({ operations }: Plan): string {
  return operations.map((it) => `${seconds(START + it.atMs)} ${operationText(it)}`).join("; ");
}

/** What a sensor posts for a rule in a row, to the same effect, is one line. */
function postLines({ posts }: Chronicle): { at: number; text: string }[] {
  const lines: { at: number; key: string; first: string; last: string; count: number }[] = [];
  for (const post of posts) {
    const { process, sentAt, ruleId, scheduledAt, status, isAnswered, missedCount, isOrphan } =
      post;
    const missed = missedCount > 0 ? ` for ${missedCount} more` : "";
    const answer = status === null
      ? "nothing is answered"
      : `${status}${isAnswered ? "" : ", lost"}`;
    const key = `${process} ${ruleId}${missed}: ${answer}${isOrphan ? ", the rule is gone" : ""}`;
    const instant = seconds(scheduledAt);
    const before = lines.findLast((it) => it.key.startsWith(`${process} ${ruleId}`));
    if (before?.key === key) Object.assign(before, { last: instant, count: before.count + 1 });
    else lines.push({ at: sentAt, key, first: instant, last: instant, count: 1 });
  }
  return lines.map(({ at, key, first, last, count }) => {
    const [process = "", ...rest] = key.split(" ");
    const which = count === 1 ? `@${first}` : `@${first} to @${last}, ${count} events`;
    return { at, text: `  sensor ${process} posts for rule ${rest.join(" ")} ${which}` };
  });
}

/** Those alone that somebody may have gone on from. */
function checkpointLines({ checkpoints, processes }: Chronicle): { at: number; text: string }[] {
  const ends = processes.flatMap(({ reigns }) => reigns.map(({ until }) => until));
  return checkpoints.filter(({ at, shard }) => {
    const next = checkpoints.find((it) => it.shard === shard && it.at > at);
    return next !== undefined && ends.some((end) => end >= at && end <= next.at);
  }).map(({ at, upTo }) => ({ at, text: `  the last checkpoint is ${seconds(upTo)}` }));
}

function settingText({ seed, setting, lastsMs }: Plan): string {
  const { instances, shards, windowMs, reconcileMs, latencyMs, apiSkewMs } = setting;
  const machines = `${instances} instance(s) of ${shards} shard(s)`;
  return `Seed ${seed}, ${lastsMs / 1000} s: ${machines}, window ${
    windowMs / 1000
  } s, rules read each ` +
    `${reconcileMs / 1000} s, latency ${latencyMs} ms, the API's clock ahead by ${apiSkewMs} ms`;
}

function seconds(at: number): string {
  return ((at - START) / 1000).toFixed(3);
}

function operationText(operation: Operation): string {
  switch (operation.kind) {
    case "make": {
      const { rule, draft, onMissed, fate } = operation;
      return `rule ${rule} is made: ${draftText(draft)}, on_missed ${onMissed}${fateText(fate)}`;
    }
    case "edit":
      return `rule ${operation.rule} is edited: ${draftText(operation.draft)}${
        fateText(operation.fate)
      }`;
    case "switch":
      return `rule ${operation.rule} is switched ${operation.on ? "on" : "off"}${
        fateText(operation.fate)
      }`;
    case "delete":
      return `rule ${operation.rule} is deleted${fateText(operation.fate)}`;
    case "move":
      return `rule ${operation.rule} moves to another trigger${fateText(operation.fate)}`;
    case "kill": {
      const { machine, deeds, isMachine, downMs } = operation;
      const what = isMachine ? `machine ${machine} is lost` : `the sensor on ${machine} is killed`;
      return `${what} after ${deeds} deeds, back after ${span(downMs)}`;
    }
    case "stop":
      return `the sensor on ${operation.machine} is stopped, back after ${span(operation.downMs)}`;
    case "stall": {
      const { machine, ms, isSuspended } = operation;
      return `machine ${machine} ${isSuspended ? "is suspended" : "stands still"} for ${span(ms)}`;
    }
    case "step":
      return `the clock of machine ${operation.machine} is set by ${span(operation.ms)}`;
    case "api":
      return `the API (${operation.of}): ${operation.fault} for ${span(operation.ms)}`;
    case "broker":
      return `RabbitMQ is ${operation.fault} for ${span(operation.ms)}`;
    case "freeze":
      return `nothing passes between machine ${operation.machine} and RabbitMQ for ${
        span(operation.ms)
      }`;
    case "cut": {
      const { machine, messages, isHalfOpen } = operation;
      const how = isHalfOpen ? ", which RabbitMQ does not notice" : "";
      return `machine ${machine} is cut off after ${messages} messages${how}`;
    }
    default:
      return operation satisfies never;
  }
}

function draftText(draft: Draft): string {
  switch (draft.kind) {
    case "every":
      return `every ${draft.seconds} s`;
    case "cron":
      return `cron */${draft.seconds}`;
    case "once":
      return `once, ${span(draft.inMs)} from now`;
    default:
      return draft satisfies never;
  }
}

function fateText(fate: Fate): string {
  switch (fate.kind) {
    case "sent":
      return "";
    case "lost":
    case "malformed":
      return `, its message ${fate.kind}`;
    case "late":
      return `, its message late by ${span(fate.ms)}`;
    case "doubled":
      return `, its message again after ${span(fate.ms)}`;
    default:
      return fate satisfies never;
  }
}

function span(ms: number): string {
  return `${ms / 1000} s`;
}
