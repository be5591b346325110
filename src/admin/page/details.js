/** What is known of one rule, in front of the page. */
import { byId, cell, element, fill } from "./dom.js";
import { instant, late, number } from "./words.js";

/** Opens wherever a rule's button is pressed. `now` gives the sensor's time. */
export function openDetails({ now }) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-rule]");
    if (button !== null) show(button.dataset.rule, button.textContent, now);
  });
  const dialog = byId("details");
  // Beside the dialog is outside of it; the dialog itself is covered by what it holds.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}

async function show(ruleId, ref, now) {
  byId("details-title").textContent = ref;
  byId("details-body").replaceChildren(element("p", { class: "quiet" }, "Asking …"));
  const dialog = byId("details");
  dialog.dataset.rule = ruleId;
  dialog.showModal();
  const parts = await contentOf(ruleId, now);
  // Another rule may have been asked for meanwhile.
  if (dialog.dataset.rule === ruleId) byId("details-body").replaceChildren(...parts);
}

async function contentOf(ruleId, now) {
  try {
    const response = await fetch(`timers/${ruleId}`);
    const answer = await response.json();
    return response.ok ? partsOf(answer, now()) : [element("p", {}, answer.error)];
  } catch {
    return [element("p", {}, "The sensor does not answer")];
  }
}

function partsOf(rule, now) {
  return [
    factsOf(rule, now),
    ...rule.next.length === 0 ? [] : [
      element("h3", {}, "Next"),
      element("ol", { class: "instants" }, ...rule.next.map((it) => timeOf(it, now))),
    ],
    ...rule.results.length === 0 ? [] : [element("h3", {}, "Last events"), resultsOf(rule, now)],
  ];
}

function timeOf(text, now) {
  return element("li", {}, element("time", { datetime: text }, instant(Date.parse(text), now)));
}

function factsOf(rule, now) {
  const { last_error } = rule;
  const facts = [
    ["Rule", String(rule.rule_id)],
    ["Trigger", rule.trigger_ref],
    ["State", rule.state.replace("_", " ")],
    ["Schedule", rule.schedule],
    ["Warnings", rule.warnings?.join("; ")],
    ["Problems", rule.problems?.join("; ")],
    ["Jitter", rule.jitter_seconds > 0 ? `up to ${rule.jitter_seconds} s` : null],
    ["When missed", rule.on_missed],
    ["Fires", number(rule.fires)],
    ["Stored, failed", `${number(rule.delivered)}, ${number(rule.failed)}`],
    ["Last fire", rule.lateness_ms === null ? null : `${late(rule.lateness_ms)} late`],
    [
      "Last error",
      last_error && `${instant(Date.parse(last_error.at), now)}: ${last_error.reason}`,
    ],
  ];
  const known = facts.filter(([, value]) => value !== null && value !== undefined);
  return element(
    "dl",
    { class: "lines" },
    ...known.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]),
  );
}

function resultsOf({ results }, now) {
  const heads = ["Scheduled", "Result", "Event"];
  const table = element(
    "table",
    {},
    element("caption", { class: "unseen" }, "The last events of this rule"),
    element(
      "thead",
      {},
      element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head))),
    ),
    element("tbody"),
  );
  fill(table, results, {
    keyOf: ({ occurrence_id, at }) => `${occurrence_id} ${at}`,
    make: ({ scheduled_at, result, event_id, reason }) => [
      cell(instant(Date.parse(scheduled_at), now), "time"),
      cell(reason === undefined ? result : `${result}: ${reason}`, `state ${result}`),
      cell(event_id === null ? "–" : String(event_id), "time"),
    ],
  });
  return table;
}
