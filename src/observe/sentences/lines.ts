import type { News } from "../news.ts";
import { leaseLine, listenerLine, storeLine } from "./broker.ts";
import { checkpointLine, deliveryLine } from "./delivery.ts";
import type { Line } from "./line.ts";
import { timeLine, tokenLine } from "./process.ts";
import { ruleLine, syncLines } from "./rules.ts";
import { timerLine } from "./timers.ts";

/** What the log says of news. The sentences are part of the program's interface: people search and alert on them. */
export function linesOf(news: News): readonly Line[] {
  switch (news.kind) {
    case "timer_fired":
    case "occurrences_missed":
    case "timers_resumed":
      return one(timerLine(news));
    case "timer_started":
    case "timer_stopped":
    case "rule_refused":
    case "rule_not_allowed":
    case "rule_warned":
    case "rule_gone":
      return one(ruleLine(news));
    case "snapshot_taken":
    case "snapshot_failed":
    case "trigger_not_installed":
    case "rule_unreadable":
    case "rule_list_odd":
    case "change_unconfirmed":
      return syncLines(news);
    case "checkpoint_written":
    case "checkpoint_unwritten":
    case "checkpoint_unread":
      return one(checkpointLine(news));
    case "outbox_up":
    case "store_lost":
    case "outbox_blocked":
    case "outbox_unreadable":
    case "kept_message_lost":
    case "store_warning":
      return one(storeLine(news));
    case "listener_up":
    case "listener_down":
    case "change_heard":
    case "change_retrying":
    case "message_unreadable":
    case "listener_warning":
      return one(listenerLine(news));
    case "lease_in_reach":
    case "lease_acquired":
    case "lease_lost":
    case "instances_counted":
    case "lease_out_of_reach":
    case "lease_warning":
      return one(leaseLine(news));
    case "token_renewed":
    case "token_rotated":
    case "token_renewal_failed":
    case "token_expiring":
    case "token_file_unreadable":
      return one(tokenLine(news));
    case "loop_stalled":
    case "clock_stepped":
      return one(timeLine(news));
    default:
      return one(deliveryLine(news));
  }
}

const NONE: readonly Line[] = [];

function one(line: Line | null): readonly Line[] {
  return line === null ? NONE : [line];
}
