import { assertEquals, assertRejects } from "@std/assert";
import { type Clock, systemClock } from "../../src/ground/clock.ts";
import { openToken } from "../../src/platform/token.ts";
import { readRegularFile, TokenError } from "../../src/platform/token_file.ts";

const SHORT = new URL("../../LICENSE", import.meta.url).pathname;
const LONG = new URL("../testdata/rrule.json", import.meta.url).pathname;

Deno.test("A file is read whole, and of one that is too long no more than tells that", async () => {
  assertEquals(await readRegularFile(SHORT), await Deno.readTextFile(SHORT));
  assertEquals((await readRegularFile(LONG)).length, 64 * 1024 + 1);
});

Deno.test("What has no end is not read", async () => {
  for (const path of ["/dev/zero", "/dev/tty", "/tmp"]) {
    await assertRejects(() => readRegularFile(path), Error, "it is no regular file");
  }
  await assertRejects(
    () => openToken({ value: null, file: "/dev/zero" }),
    TokenError,
    "Cannot read the token file '/dev/zero': it is no regular file",
  );
});

Deno.test({
  name: "A file system that does not answer is not waited for",
  // What does not answer is left to itself: it cannot be called off.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const late: Clock = {
      ...systemClock,
      alarm(_, wake) {
        wake();
        return { [Symbol.dispose]() {} };
      },
    };
    await assertRejects(() => readRegularFile(SHORT, late), Error, "it was not read within 2 s");
  },
});
