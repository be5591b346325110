import { rfc3339 } from "../ground/instant.ts";
import type { Log } from "../log/log.ts";
import { messageOf } from "../ground/error_text.ts";
import type { TokenEvents } from "../platform/token_keeper.ts";
import type { TimeWatchEvents } from "../process/time_watch.ts";

/** Tells the log what becomes of the token; `expired` is for the caller to act on. */
export function tokenJournal(log: Log): Omit<TokenEvents, "expired"> {
  let hasFailed = false;
  const until = (expiresAt: number | null) =>
    expiresAt === null ? "" : `, it expires at ${rfc3339(expiresAt)}`;
  return {
    renewed(expiresAt) {
      hasFailed = false;
      log.info(`Token renewed${until(expiresAt)}`);
    },
    rotated(expiresAt) {
      hasFailed = false;
      log.info(`Token read anew from its file${until(expiresAt)}`);
    },
    renewalFailed(error, retryMs) {
      if (retryMs === null) {
        const fix = "provide a new one before it expires";
        return log.warn(`The token cannot be renewed: ${messageOf(error)}; ${fix}`);
      }
      log[hasFailed ? "debug" : "warn"](`Failed to renew the token: ${messageOf(error)}`, {
        retry_ms: Math.round(retryMs),
      });
      hasFailed = true;
    },
    expiring(leftMs) {
      const fix = "write a new one into its file, or restart with a new one";
      log.warn(`Token expires in ${hoursAndMinutes(leftMs)}: ${fix}`, {
        left_s: Math.round(leftMs / 1000),
      });
    },
    fileProblem(problem) {
      log.warn(`${problem}; the token from before stays in use`);
    },
  };
}

function hoursAndMinutes(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Tells the log about the clock and the event loop. */
export function timeJournal(log: Log): TimeWatchEvents {
  const times = (count: number) => count > 1 ? `, the greatest of ${count} times in a minute` : "";
  return {
    stalled(ms, count) {
      log.warn(
        `Nothing ran for ${ms} ms: the event loop was busy, or the process was stopped${
          times(count)
        }`,
        { stalled_ms: ms, count },
      );
    },
    stepped(ms, count) {
      const what = ms > 0
        ? `forward by ${ms} ms: it was set, or the machine was suspended`
        : `back by ${-ms} ms: nothing that fired fires again`;
      log.warn(`The wall clock went ${what}${times(count)}`, { stepped_ms: ms, count });
    },
  };
}
