/** Makes, changes, disables and deletes rules of the stand-in platform, by its own API. */
// @ts-ignore: the workbench serves this file beside the page.
import { breakable, byId, cell, element, fill, say } from "./page/dom.js";

const RULES = "api/v1/rules";
/** The API gives no more at once. */
const SHOWN = 100;
/** Somebody who types has not finished before that. */
const PAUSE_MS = 200;

/** What one may begin with, by trigger. */
const EXAMPLES = {
  "core.intervaltimer": { unit: "seconds", interval: 10 },
  "core.crontimer": { expression: "*/15 * * * * *", timezone: "Europe/Berlin" },
  "core.datetimetimer": { fire_at: new Date(Date.now() + 60_000).toISOString() },
  "core.rruletimer": {
    dtstart: new Date().toISOString(),
    rule: "FREQ=WEEKLY;BYDAY=MO,FR;BYHOUR=9;BYMINUTE=0;BYSECOND=0",
    timezone: "Europe/Berlin",
  },
  "core.timer": { type: "interval", interval: 5, unit: "seconds" },
};

const form = byId("rule");
const { ref, trigger_ref, trigger_params } = form.elements;
/** The name of the rule that is being changed; `null`: it is a new one. */
let changing = null;
let previewing = new AbortController();
let typing = 0;

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: { "content-type": "application/json" },
    ...body === undefined ? {} : { body: JSON.stringify(body) },
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  throw new Error(messageOf(text));
}

/** A refusal by the API, or by the framework under it, which is plain text. */
function messageOf(text) {
  try {
    const { error } = JSON.parse(text);
    return error.message ?? error;
  } catch {
    return text;
  }
}

/** Does something, says what came of it, and shows the rules as they are then. */
async function act(said, deed) {
  const status = byId("rule-said");
  try {
    await deed();
    status.className = "";
    say(status, said);
  } catch (error) {
    status.className = "bad";
    say(status, error.message);
  }
  await list();
}

async function list() {
  const { items } = await call("GET", `${RULES}?page_size=${SHOWN}`);
  fill(byId("rules"), items, {
    keyOf: ({ ref, enabled, updated }) => `${ref} ${enabled} ${updated}`,
    make: cellsOf,
  });
}

function cellsOf(rule) {
  const { ref, enabled } = rule;
  const path = `${RULES}/${encodeURIComponent(ref)}`;
  const button = (name, deed) => {
    const made = element("button", { type: "button", "aria-label": `${name} ${ref}` }, name);
    made.addEventListener("click", deed);
    return made;
  };
  const [turn, turned] = enabled ? ["Disable", "disabled"] : ["Enable", "enabled"];
  const buttons = element(
    "div",
    { class: "buttons" },
    button("Edit", () => edit(rule)),
    button(
      turn,
      () => act(`${ref} is ${turned}`, () => call("POST", `${path}/${turn.toLowerCase()}`)),
    ),
    button("Delete", () => {
      if (changing === ref) begin();
      act(`${ref} is deleted`, () => call("DELETE", path));
    }),
  );
  return [
    element("td", {}, ...breakable(ref)),
    cell(rule.trigger_ref, "wide quiet"),
    cell(enabled ? "yes" : "no", enabled ? "state wide stored" : "state wide quiet"),
    cell(buttons, "time"),
  ];
}

/** Fills the form with a rule, to be changed. */
function edit(rule) {
  changing = rule.ref;
  ref.value = rule.ref;
  ref.readOnly = true;
  trigger_ref.value = rule.trigger_ref;
  trigger_params.value = JSON.stringify(rule.trigger_params, null, 2);
  say(byId("rule-save"), "Change the rule");
  byId("rule-cancel").hidden = false;
  trigger_params.focus();
  preview();
}

/** Empties the form for a new rule. */
function begin() {
  changing = null;
  ref.value = "sandbox.mine";
  ref.readOnly = false;
  say(byId("rule-save"), "Create the rule");
  byId("rule-cancel").hidden = true;
  suggest();
}

function suggest() {
  trigger_params.value = JSON.stringify(EXAMPLES[trigger_ref.value], null, 2);
  preview();
}

async function preview() {
  previewing.abort();
  previewing = new AbortController();
  const body = JSON.stringify({
    trigger_ref: trigger_ref.value,
    trigger_params: trigger_params.value,
  });
  try {
    const { signal } = previewing;
    const headers = { "content-type": "application/json" };
    const response = await fetch("preview", { method: "POST", headers, body, signal });
    const { isRight, text } = await response.json();
    const shown = byId("preview");
    shown.className = isRight ? "" : "bad";
    say(shown, text.trimEnd());
  } catch {
    // Something else was typed meanwhile, or the sandbox has ended: the page says so.
  }
}

async function save() {
  const params = JSON.parse(trigger_params.value);
  const rule = { trigger_ref: trigger_ref.value, trigger_params: params };
  if (changing !== null) {
    await call("PUT", `${RULES}/${encodeURIComponent(changing)}`, rule);
    return begin();
  }
  const [pack] = ref.value.split(".");
  const rest = { label: ref.value, pack_ref: pack, action_ref: "core.echo" };
  await call("POST", RULES, { ref: ref.value, ...rest, ...rule });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const said = `${ref.value} is ${changing === null ? "created" : "changed"}`;
  act(said, save);
});
trigger_ref.append(...Object.keys(EXAMPLES).map((name) => element("option", {}, name)));
trigger_ref.addEventListener("change", suggest);
trigger_params.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(preview, PAUSE_MS);
});
byId("rule-cancel").addEventListener("click", begin);
begin();
list();
