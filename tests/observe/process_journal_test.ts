import { assertEquals } from "@std/assert";
import { timeJournal, tokenJournal } from "../../src/observe/process_journal.ts";
import { recorder } from "../support/log_recorder.ts";
import { START } from "../support/rules.ts";

Deno.test("The journal tells what becomes of the token", () => {
  const { log, messages } = recorder();
  const journal = tokenJournal(log);
  journal.renewed(START);
  journal.rotated(null);
  journal.renewalFailed(new Error("503: down"), 1000);
  journal.renewalFailed(new Error("503: down"), 2000);
  journal.renewed(null);
  journal.renewalFailed(new Error("503: down"), 1000);
  journal.renewalFailed(new Error("404: no route"), null);
  journal.expiring(5.8 * 3_600_000);
  journal.fileProblem("Cannot read the token file '/x': gone");
  assertEquals(messages(), [
    "info: Token renewed, it expires at 2025-01-01T00:00:00.000Z",
    "info: Token read anew from its file",
    "warn: Failed to renew the token: 503: down",
    "debug: Failed to renew the token: 503: down",
    "info: Token renewed",
    "warn: Failed to renew the token: 503: down",
    "warn: The token cannot be renewed: 404: no route; provide a new one before it expires",
    "warn: Token expires in 5 h 48 min: write a new one into its file, or restart with a new one",
    "warn: Cannot read the token file '/x': gone; the token from before stays in use",
  ]);
});

Deno.test("The journal tells of stalls and of steps of the clock", () => {
  const { log, messages } = recorder();
  const journal = timeJournal(log);
  journal.stalled(4900, 1);
  journal.stalled(1200, 10);
  journal.stepped(7_200_000, 1);
  journal.stepped(-60_000, 2);
  const stalled = "the event loop was busy, or the process was stopped";
  assertEquals(messages(), [
    `warn: Nothing ran for 4900 ms: ${stalled}`,
    `warn: Nothing ran for 1200 ms: ${stalled}, the greatest of 10 times in a minute`,
    "warn: The wall clock went forward by 7200000 ms: it was set, or the machine was suspended",
    "warn: The wall clock went back by 60000 ms: nothing that fired fires again, the greatest of 2 times in a minute",
  ]);
});
