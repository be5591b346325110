import { assert, assertEquals } from "@std/assert";
import { Diary } from "./diary.ts";

Deno.test("Diary takes a kill to explain the last seconds before it", () => {
  const diary = new Diary();
  const before = Date.now();
  diary.sensorKilled();
  const [crash] = diary.disturbances;
  assert(crash?.kind === "crash");
  assert(crash.at >= before);
  assertEquals(crash.at - crash.since, 5000);
  assertEquals(diary.sensorKills, 1);
});

Deno.test("Diary takes a kill while events were stuck to explain all of that time", async () => {
  const diary = new Diary();
  const from = Date.now();
  {
    using _stall = diary.stalled();
    await new Promise((resolve) => setTimeout(resolve, 20));
    diary.sensorKilled();
  }
  diary.sensorKilled();
  for (const crash of diary.disturbances) {
    assert(crash.kind === "crash" && crash.since <= from + 5 - 5000);
  }
});

Deno.test("Diary knows of answers that get lost while they do, and until when they did", () => {
  const diary = new Diary();
  {
    using _lost = diary.answersLost();
    const [open] = diary.disturbances;
    assert(open?.kind === "answers lost" && open.until === Infinity);
  }
  const [closed] = diary.disturbances;
  assert(closed?.kind === "answers lost" && closed.until <= Date.now());
});
