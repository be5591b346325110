import { inTurn } from "../ground/error_text.ts";
import { ExitCode, Fatal } from "../ground/exit.ts";
import type { Log } from "../log/log.ts";

const LONGEST_STACK = 4000;

/** Tells why the sensor ends, and answers with its exit code. Whatever goes wrong while it ends, the first reason counts. */
export function tellReason(thrown: unknown, log: Log): ExitCode {
  const [error, ...later] = new Set(inTurn(thrown));
  const exitCode = error instanceof Fatal ? error.exitCode : ExitCode.unexpected;
  if (error instanceof Fatal) log.error(error.message, { exit_code: exitCode });
  else log.error("Unexpected error", { error, stack: stackOf(error), exit_code: exitCode });
  for (const error of later) {
    log.error("Another error, while the sensor ended", { error, stack: stackOf(error) });
  }
  return exitCode;
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack?.slice(0, LONGEST_STACK) : undefined;
}
