/** Looks for rules by a part of their name. */
import { byId, cell, fill, ruleButton, say } from "./dom.js";
import { number, until } from "./words.js";

const SHOWN = 50;
/** Somebody who types has not finished before that. */
const PAUSE_MS = 250;
/** Each look goes through all rules. */
const AGAIN_MS = 10_000;

/** Searches as somebody types, and now and then again. `now` gives the sensor's time. */
export function openSearch({ now, isPaused }) {
  const form = byId("search");
  let running = new AbortController();
  let timer = 0;

  async function look() {
    running.abort();
    running = new AbortController();
    const query = queryOf(form);
    if (query === null) return show({ total: 0, timers: [] }, "");
    try {
      const response = await fetch(`timers?${query}`, { signal: running.signal });
      const answer = await response.json();
      if (response.ok) show(answer, countOf(answer));
      else show({ timers: [] }, answer.error);
    } catch (error) {
      if (error.name !== "AbortError") show({ timers: [] }, "The sensor does not answer");
    }
  }

  function show({ timers }, text) {
    say(byId("search-count"), text);
    fill(byId("found"), timers, {
      keyOf: ({ rule_id, state }) => `${rule_id} ${state}`,
      make: cellsOf,
      update: (row, timer) => update(row, timer, now()),
    });
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    look();
  });
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE_MS);
  });
  setInterval(() => {
    if (!isPaused() && !document.hidden && queryOf(form) !== null) look();
  }, AGAIN_MS);
}

function queryOf(form) {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (value.trim() !== "") query.set(name, value.trim());
  }
  if (query.size === 0) return null;
  query.set("sort", "ref");
  query.set("limit", SHOWN);
  return query;
}

function countOf({ total }) {
  const found = total === 1 ? "1 rule" : `${number(total)} rules`;
  return total > SHOWN ? `${found}, the first ${SHOWN} of them` : found;
}

function cellsOf({ rule_id, rule_ref, state, schedule, problems }) {
  return [
    cell(ruleButton(rule_id, rule_ref)),
    cell(state.replace("_", " "), `state ${state}`),
    cell(schedule ?? problems?.join("; ") ?? "", "wide quiet"),
    cell("", "number due"),
    cell("", "number wide"),
    cell("", "number wide"),
  ];
}

function update(row, { next_at, delivered, failed }, now) {
  const [, , , due, stored, lost] = row.cells;
  if (next_at === null) {
    delete due.dataset.at;
    say(due, "–");
  } else {
    due.dataset.at = Date.parse(next_at);
    say(due, until(Date.parse(next_at), now));
  }
  say(stored, number(delivered));
  say(lost, number(failed));
}
