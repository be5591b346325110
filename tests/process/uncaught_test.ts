import { assertEquals } from "@std/assert";
import { onUncaught } from "../../src/process/uncaught.ts";
import { settle } from "../support/fake_clock.ts";

Deno.test("Errors and rejections that nobody caught are handed over", async () => {
  const told: unknown[] = [];
  using _handover = onUncaught((error) => told.push(error));
  const [thrown, rejected] = [new Error("thrown"), new Error("rejected")];
  reportError(thrown);
  Promise.reject(rejected);
  await settle();
  assertEquals(told, [thrown, rejected]);
});
