import { assertEquals } from "@std/assert";
import { onUncaught } from "../../src/process/uncaught.ts";
import { settle } from "../support/fake_clock.ts";

const CAUSES: Readonly<Record<string, (error: Error) => void>> = {
  thrown: (error) => reportError(error),
  rejected: (error) => void Promise.reject(error),
};

for (const [how, cause] of Object.entries(CAUSES)) {
  Deno.test(`The first error that is ${how} and that nobody caught is handed over`, async () => {
    using uncaught = onUncaught();
    const first = new Error("first");
    cause(first);
    await settle();
    cause(new Error("second"));
    await settle();
    assertEquals(uncaught.signal.reason, first);
  });
}
