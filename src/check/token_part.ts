import { rfc3339 } from "../ground/instant.ts";
import type { Token } from "../platform/token.ts";
import { isUsersToken } from "../platform/token_reading.ts";
import { spanText } from "../words/spans.ts";
import { TIMER_TRIGGERS } from "../schedule/kinds.ts";
import { type Finding, fine, problem, warning } from "./report.ts";
import type { RulesRead } from "./rules_part.ts";

/** Time enough to make another one. */
const SOON_MS = 6 * 3_600_000;
const NEW_TOKEN = "Make a new service account token and put it into ATTUNE_API_TOKEN or its file";

/** What a token says of itself, at an instant on the API's clock, and what the API says to it. */
export function tokenFindings(token: Token, now: number, rules: RulesRead | null): Finding[] {
  const { fileProblem } = token;
  return [
    ...rules === null ? [] : acceptance(rules),
    expiry(token, now),
    triggerTypes(token),
    ...isUsersToken(token.value)
      ? [problem("It is a user's token: the API takes no events from one", NEW_TOKEN)]
      : [],
    ...fileProblem === null
      ? []
      : [warning(fileProblem, "Correct the file: ATTUNE_API_TOKEN is used in its place")],
  ];
}

function acceptance({ failure }: RulesRead): Finding[] {
  if (failure === null) return [fine("The API accepts it")];
  if (failure.status !== 401 && failure.status !== 403) return [];
  return [problem(`The API refuses it: ${failure.message}`, NEW_TOKEN)];
}

function expiry({ expiresAt, renewal }: Token, now: number): Finding {
  if (expiresAt === null) {
    const fix = "Nothing to do if it is meant to last: nobody is warned before it ends";
    return warning("It does not say when it expires", fix, { expires_at: null });
  }
  const at = rfc3339(expiresAt);
  const facts = { expires_at: at, renews_itself: renewal !== null };
  const leftMs = expiresAt - now;
  if (leftMs <= 0) return problem(`Token expired at ${at}`, NEW_TOKEN, facts);
  const text = `It expires at ${at}, in ${spanText(leftMs)}`;
  if (renewal !== null) return fine(`${text}, and renews itself before`, facts);
  if (leftMs > SOON_MS) return fine(`${text}, and does not renew itself`, facts);
  return warning(`${text}, and does not renew itself`, NEW_TOKEN, facts);
}

function triggerTypes({ triggerTypes }: Token): Finding {
  const facts = { trigger_types: triggerTypes };
  const fix = "Make a token whose metadata.trigger_types names the timer triggers in use";
  if (triggerTypes === null) {
    return warning("It names no trigger types: all are tried", fix, facts);
  }
  const timers = triggerTypes.filter((it) => TIMER_TRIGGERS.has(it));
  if (timers.length > 0) return fine(`It covers ${timers.join(", ")}`, facts);
  const named = triggerTypes.length === 0 ? "none at all" : triggerTypes.join(", ");
  return problem(`Its trigger types have no timer among them: ${named}`, fix, facts);
}
