/** How the sensor is, in a sentence and in a few facts. */
import { byId, element, say } from "./dom.js";
import { late, number, span } from "./words.js";

const ROLES = {
  single: "alone",
  leader: "leads",
  standby: "stands by",
};
const TOKEN_SOON_SECONDS = 10_800;
const LAG_BAD_MS = 250;

/** Where each fact is shown, by its name. */
const shown = new Map();

/** Shows the sentence: the only thing that is read out by itself. */
export function showStatus(state, text) {
  const status = byId("status");
  status.dataset.state = state;
  say(status, text);
  document.title = state === "good" ? "Timer sensor" : `${text} – Timer sensor`;
}

/** What the sentence says of a snapshot: its state and its words. */
export function statusOf({ ready, reasons, role, stopping, firing }) {
  if (stopping) return ["bad", "Stopping"];
  if (!ready) return ["bad", `Not ready: ${reasons.join("; ")}`];
  if (role === "standby") return ["idle", "Stands by: another instance fires"];
  return firing ? ["good", "Running"] : ["idle", "Ready"];
}

/** Shows the facts of a snapshot. */
export function showFacts(snapshot) {
  for (const [name, [text, state, title]] of Object.entries(factsOf(snapshot))) {
    const fact = shown.get(name) ?? open(name);
    say(fact, text);
    fact.dataset.state = state ?? "";
    if (title === undefined) fact.removeAttribute("title");
    else fact.title = title;
  }
}

function factsOf(snapshot) {
  const { api, broker, backlog, role, shard, lag_ms, token_seconds, warned, refused } = snapshot;
  return {
    API: condition(api),
    "Broker, rules": condition(broker.messages),
    "Broker, outbox": condition(broker.outbox),
    Token: token_seconds === null
      ? ["has no end"]
      : [`${span(token_seconds)} left`, token_seconds < TOKEN_SOON_SECONDS ? "bad" : "good"],
    Role: [shard === "1/1" ? ROLES[role] : `${ROLES[role]}, shard ${shard}`],
    "Loop lag": [late(lag_ms), lag_ms > LAG_BAD_MS ? "bad" : ""],
    "Rules with a timer": [number(snapshot.timers)],
    "Rules with warnings": [number(warned.total)],
    "Rules refused": [number(refused.total), refused.total > 0 ? "bad" : ""],
    "Rules read": snapshot.snapshot.state === "done"
      ? [`${span(snapshot.snapshot.seconds)} ago`]
      : ["not yet", "bad"],
    "In memory": waiting(backlog.waiting, backlog.oldest_waiting_ms),
    "In the outbox": waiting(backlog.outbox, backlog.oldest_outbox_ms, "bad"),
    "Stored, failed": [
      `${number(snapshot.delivered)}, ${number(snapshot.failed)}`,
      snapshot.failed > 0 ? "bad" : "",
    ],
  };
}

function condition({ state, seconds, reason }) {
  const word = { up: "good", down: "bad" }[state];
  return [`${state} for ${span(seconds)}`, word, reason];
}

function waiting(count, oldestMs, state) {
  if (count === 0) return ["nothing"];
  const age = oldestMs === null ? "" : `, for ${span(oldestMs / 1000)}`;
  return [`${number(count)}${age}`, state];
}

function open(name) {
  const value = element("dd");
  shown.set(name, value);
  byId("facts").append(element("div", {}, element("dt", {}, name), value));
  return value;
}
