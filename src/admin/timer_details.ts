import type { Clock } from "../ground/clock.ts";
import { occurrenceId } from "../domain/event.ts";
import { rfc3339 } from "../ground/instant.ts";
import { RuleId } from "../domain/rule.ts";
import { adviceOn as adviceOnTimer } from "../schedule/advice.ts";
import { json, problem } from "./answers.ts";
import type { History } from "./history.ts";
import type { Result } from "./results.ts";
import { type RuleView, type RuleViews, toJson, viewOf } from "./rule_view.ts";
import { Slices } from "../ground/slices.ts";

const NEXT = 10;
const RESULTS = 20;

/** The answer to `/timers/<rule id>`: what comes, and what came of what was. */
export async function answerDetails(
  text: string,
  { views, history, clock }: { views: RuleViews; history: History; clock: Clock },
): Promise<Response> {
  const id = RuleId.safeParse(/^\d{1,16}$/.test(text) ? Number(text) : NaN);
  if (!id.success) return problem(400, "Expected the number of a rule, as in /timers/123");
  const ref = views.refOf(id.data);
  if (ref === undefined) return problem(404, `There is no rule ${id.data} here`);
  const view = viewOf(views, id.data, ref);
  const warnings = [...view.warnings, ...adviceOn(view, clock.now())];
  return json(200, {
    ...toJson(view, views.tallyOf(id.data)),
    ...(warnings.length === 0 ? {} : { warnings }),
    on_missed: view.timer?.entry.timer.traits.onMissed ?? null,
    jitter_seconds: (view.timer?.entry.timer.traits.jitterMs ?? 0) / 1000,
    next: await nextOf(view, new Slices(clock)),
    results: history.resultsOf(id.data, RESULTS).map((it) => resultJson(id.data, it)),
  });
}

/** What its author may not have thought of, from now on. */
function adviceOn({ timer }: RuleView, now: number): readonly string[] {
  if (timer === undefined || timer.nextAt === null) return [];
  return adviceOnTimer(timer.entry.timer, Math.min(now, timer.nextAt - 1));
}

async function nextOf({ timer }: RuleView, slices: Slices): Promise<string[]> {
  const next: string[] = [];
  let at = timer?.nextAt ?? null;
  while (timer !== undefined && at !== null && next.length < NEXT) {
    next.push(rfc3339(at));
    if (slices.isOver) await slices.next();
    at = timer.entry.timer.next(at);
  }
  return next;
}

function resultJson(ruleId: RuleId, result: Result): Record<string, unknown> {
  return {
    occurrence_id: occurrenceId(ruleId, result.scheduledAt),
    scheduled_at: rfc3339(result.scheduledAt),
    at: rfc3339(result.at),
    result: result.outcome,
    event_id: result.eventId,
    ...(result.reason === null ? {} : { reason: result.reason }),
  };
}
