import { assertEquals, assertStringIncludes } from "@std/assert";
import { tellReason } from "../../src/cli/reason.ts";
import { ExitCode, Fatal } from "../../src/ground/exit.ts";
import { recorder } from "../support/log_recorder.ts";

/** What a block throws whose body and whose disposals fail, the last opened first. */
function thrownBy(body: unknown, ...disposals: unknown[]): unknown {
  try {
    using stack = new DisposableStack();
    for (const error of disposals.toReversed()) {
      stack.defer(() => {
        throw error;
      });
    }
    throw body;
  } catch (error) {
    return error;
  }
}

Deno.test("The first reason is the one for which the sensor ends, whatever fails while it does", () => {
  const { log, messages } = recorder();
  const reason = new Fatal(ExitCode.token, "Token expired");
  assertEquals(tellReason(thrownBy(reason, new Error("a"), new Error("b")), log), ExitCode.token);
  assertEquals(messages(), [
    "error: Token expired",
    "error: Another error, while the sensor ended",
    "error: Another error, while the sensor ended",
  ]);
});

Deno.test("An error of which nobody thought is told in full, and once", () => {
  const { log, lines } = recorder();
  const error = new RangeError("Invalid time value");
  assertEquals(tellReason(thrownBy(error, error), log), ExitCode.unexpected);
  assertEquals(lines.length, 1);
  const [line] = lines;
  assertEquals([line?.message, line?.fields["error"]], ["Unexpected error", error]);
  assertStringIncludes(String(line?.fields["stack"]), "reason_test.ts");
});

Deno.test("What was thrown and is no error is told, too", () => {
  const { log, lines } = recorder();
  assertEquals(tellReason("gone", log), ExitCode.unexpected);
  assertEquals(lines, [{
    level: "error",
    message: "Unexpected error",
    fields: { error: "gone", stack: undefined, exit_code: 1 },
  }]);
});
