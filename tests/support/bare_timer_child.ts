/**
 * A timer as bare as can be, for bare_timer.ts: posts to the URL given the instant for which each post was
 * meant, until it is killed.
 */
const PERIOD_MS = 100;
const [url = ""] = Deno.args;

let dueAt = Math.ceil(Date.now() / PERIOD_MS) * PERIOD_MS;
for (;;) {
  await new Promise((resolve) => setTimeout(resolve, dueAt - Date.now()));
  const response = await fetch(url, { method: "POST", body: String(dueAt) });
  await response.body?.cancel();
  dueAt = Math.max(dueAt, Math.floor(Date.now() / PERIOD_MS) * PERIOD_MS) + PERIOD_MS;
}
