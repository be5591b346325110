import { assertEquals } from "@std/assert";
import { Pulse } from "../../src/admin/pulse.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { event, fire } from "./metrics_rig.ts";
import type { News } from "../../src/observe/news.ts";
import * as news from "../support/news.ts";

const STORED = { kind: "stored", eventId: 1, ruleGone: false } as const;

function rig() {
  const clock = new FakeClock();
  const pulse = new Pulse(clock);
  const hear = (it: News) => pulse.listen(it);
  return {
    clock,
    pulse,
    fire: (lateMs: number) => hear(news.fired(fire(clock, lateMs))),
    store: () => hear(news.stored(event(clock), STORED, null)),
  };
}

Deno.test("Pulse tells each whole second of two minutes, the last one last", async () => {
  const { clock, pulse, fire, store } = rig();
  store();
  store();
  fire(3);
  fire(7);
  fire(5);
  assertEquals(pulse.series.stored.length, 120);
  assertEquals(Math.max(...pulse.series.stored), 0, "the second has not ended");
  await clock.advance(1000);
  store();
  await clock.advance(1000);
  const { stored, latenessMs } = pulse.series;
  assertEquals(stored.slice(-3), [0, 2, 1]);
  assertEquals(latenessMs.slice(-3), [null, 7, null]);
});

Deno.test("Pulse forgets what is older, after a long silence too", async () => {
  const { clock, pulse, fire, store } = rig();
  store();
  await clock.advance(120_000);
  assertEquals([pulse.series.stored[0], pulse.series.stored[1]], [1, 0]);
  await clock.advance(1000);
  assertEquals(Math.max(...pulse.series.stored), 0);
  store();
  fire(0);
  await clock.advance(1_000_000);
  assertEquals(Math.max(...pulse.series.stored), 0);
  assertEquals(pulse.series.latenessMs.every((it) => it === null), true);
});
