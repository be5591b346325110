/** Keeps the page as the sensor is, by the snapshots that it sends each second. */
import { draw } from "./chart.js";
import { openDetails } from "./details.js";
import { byId, cell, element, fill, ruleButton, say } from "./dom.js";
import { showFacts, showStatus, statusOf } from "./facts.js";
import { openSearch } from "./search.js";
import { instant, late, number, until } from "./words.js";

/** Before a stream is asked for again that was refused; one that broke is asked for by the browser. */
const AGAIN_MS = 5000;
/** A countdown may be off by so much. */
const TICK_MS = 250;
const LATE_MS = 1000;
const PROGRESS = { posting: "on its way", outbox: "in the outbox", discarded: "rule gone" };

/** The sensor's clock minus this one's. */
let offsetMs = 0;
let isPaused = false;
let stream = null;

const now = () => Date.now() + offsetMs;

function show(snapshot) {
  offsetMs = Date.parse(snapshot.now) - Date.now();
  showStatus(...statusOf(snapshot));
  showFacts(snapshot);
  say(byId("version"), `attune-core-timer-sensor ${snapshot.version}`);
  if (!isPaused) showLists(snapshot);
}

function showLists({ per_second, next, fires, warned, refused, failures }) {
  draw(byId("stored"), per_second.stored, number);
  draw(byId("lateness"), per_second.lateness_ms, late);
  fill(byId("next"), next, {
    keyOf: ({ rule_id, due_at }) => `${rule_id} ${due_at}`,
    make: nextCells,
  });
  fill(byId("fires"), fires, {
    keyOf: ({ rule_id, scheduled_at }) => `${rule_id} ${scheduled_at}`,
    make: fireCells,
    update: ({ cells: [, , , state] }, { progress }) => {
      state.className = `state ${progress}`;
      say(state, PROGRESS[progress] ?? progress);
    },
  });
  showReasons("warned", warned, ({ warnings }) => warnings, "ask timers?warned=true");
  showReasons("refused", refused, ({ problems }) => problems, 'choose the state "refused" above');
  byId("failures-section").hidden = failures.length === 0;
  fill(byId("failures"), failures, {
    keyOf: ({ rule_id, scheduled_at, at }) => `${rule_id} ${scheduled_at} ${at}`,
    make: failureCells,
  });
}

/** The first of some rules with what is to be said of each, and where to find the others. */
function showReasons(name, { total, rules }, reasonsOf, where) {
  byId(`${name}-section`).hidden = total === 0;
  fill(byId(name), rules, {
    keyOf: (rule) => `${rule.rule_id} ${reasonsOf(rule).join()}`,
    make: (rule) => [
      cell(ruleButton(rule.rule_id, rule.rule_ref)),
      cell(reasonsOf(rule).join("; "), "reason"),
    ],
  });
  const more = byId(`${name}-more`);
  more.hidden = total <= rules.length;
  say(more, `and ${number(total - rules.length)} more: ${where}`);
}

function nextCells({ rule_id, rule_ref, schedule, due_at }) {
  const due = cell(until(Date.parse(due_at), now()), "number due");
  due.dataset.at = Date.parse(due_at);
  return [cell(ruleButton(rule_id, rule_ref)), cell(schedule, "wide clip quiet"), due];
}

function fireCells({ rule_id, rule_ref, scheduled_at, lateness_ms }) {
  return [
    cell(ruleButton(rule_id, rule_ref)),
    cell(timeOf(scheduled_at), "time"),
    cell(late(lateness_ms), lateness_ms > LATE_MS ? "number bad" : "number"),
    cell(""),
  ];
}

function failureCells({ rule_id, rule_ref, scheduled_at, result, reason }) {
  return [
    cell(ruleButton(rule_id, rule_ref)),
    cell(timeOf(scheduled_at), "time"),
    cell(`${result}: ${reason}`, "reason"),
  ];
}

function timeOf(text) {
  return element("time", { datetime: text }, instant(Date.parse(text), now()));
}

function countDown() {
  if (isPaused || document.hidden) return;
  for (const due of document.querySelectorAll("td[data-at]")) {
    say(due, until(Number(due.dataset.at), now()));
  }
}

function listen() {
  stream?.close();
  stream = null;
  // The sensor tells only so many: a page that nobody sees leaves its place to others.
  if (document.hidden) return;
  const mine = new EventSource("live");
  stream = mine;
  mine.addEventListener("message", ({ data }) => show(JSON.parse(data)));
  mine.addEventListener("error", () => {
    if (mine.readyState !== EventSource.CLOSED) {
      return showStatus("bad", "The sensor does not answer");
    }
    showStatus("bad", "No live view: too many may be watching");
    setTimeout(() => {
      if (stream === mine) listen();
    }, AGAIN_MS);
  });
}

byId("pause").addEventListener("click", ({ currentTarget }) => {
  isPaused = !isPaused;
  currentTarget.setAttribute("aria-pressed", String(isPaused));
});
document.addEventListener("visibilitychange", listen);
openSearch({ now, isPaused: () => isPaused });
openDetails({ now });
setInterval(countDown, TICK_MS);
listen();
