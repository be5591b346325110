import { messageOf } from "../../ground/error_text.ts";
import { rfc3339 } from "../../ground/instant.ts";
import type { TokenNews } from "../../platform/news.ts";
import type { TimeNews } from "../../process/news.ts";
import { type Line, line } from "./line.ts";

/** What the log says of the token. */
export function tokenLine(news: TokenNews): Line {
  switch (news.kind) {
    case "token_renewed":
      return { ...line("info", `Token renewed${until(news.expiresAt)}`), ends: "token" };
    case "token_rotated": {
      const text = `Token read anew from its file${until(news.expiresAt)}`;
      return { ...line("info", text), ends: "token" };
    }
    case "token_renewal_failed": {
      const { error, retryMs } = news;
      if (retryMs === null) {
        const fix = "provide a new one before it expires";
        return line("warn", `The token cannot be renewed: ${messageOf(error)}; ${fix}`);
      }
      const fields = { retry_ms: Math.round(retryMs) };
      const told = line("warn", `Failed to renew the token: ${messageOf(error)}`, fields);
      return { ...told, spell: "token", isQuietAgain: true };
    }
    case "token_expiring": {
      const { leftMs } = news;
      const fix = "write a new one into its file, or restart with a new one";
      const fields = { left_s: Math.round(leftMs / 1000) };
      return line("warn", `Token expires in ${hoursAndMinutes(leftMs)}: ${fix}`, fields);
    }
    case "token_expired": {
      const text = "The token has expired by the API's clock";
      return line("warn", `${text}: it is used until the API refuses it`);
    }
    case "token_file_unreadable":
      return line("warn", `${news.problem}; the token from before stays in use`);
    default:
      return news satisfies never;
  }
}

/** What the log says of the clock and the event loop. */
export function timeLine({ kind, ms, count }: TimeNews): Line {
  const times = count > 1 ? `, the greatest of ${count} times in a minute` : "";
  switch (kind) {
    case "loop_stalled": {
      const why = "the event loop was busy, or the process was stopped";
      return line("warn", `Nothing ran for ${ms} ms: ${why}${times}`, { stalled_ms: ms, count });
    }
    case "clock_stepped": {
      const what = ms > 0
        ? `forward by ${ms} ms: it was set, or the machine was suspended`
        : `back by ${-ms} ms: timers go on from the present, and nothing that fired fires again`;
      const fields = { stepped_ms: ms, count };
      return line("warn", `The wall clock went ${what}${times}`, fields);
    }
    default:
      return kind satisfies never;
  }
}

function until(expiresAt: number | null): string {
  return expiresAt === null ? "" : `, it expires at ${rfc3339(expiresAt)}`;
}

function hoursAndMinutes(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
