import { assert, assertEquals } from "@std/assert";
import { Health } from "../../src/admin/health.ts";
import type { SensorState } from "../../src/admin/sensor_state.ts";
import { Vitals } from "../../src/admin/vitals.ts";
import { BrokerError } from "../../src/broker/fault.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { handlerOf, sensorState } from "./support.ts";
import type { News } from "../../src/observe/news.ts";
import * as news from "../support/news.ts";

const LOST = new BrokerError("lost", "Lost the connection to RabbitMQ at amqp://127.0.0.1:5672");

function rig(with_: Partial<SensorState> = {}) {
  const clock = new FakeClock();
  const vitals = new Vitals(clock);
  const health = new Health(clock, sensorState(() => clock.now(), with_), vitals);
  const answer = handlerOf(clock, { health });
  const ask = async (path: string) => {
    const response = await answer(new Request(`http://localhost${path}`));
    return { status: response.status, body: await response.json() };
  };
  const hear = (it: News) => vitals.listen(it);
  const allUp = () => {
    hear(news.snapshotDone(3, 20));
    hear(news.listenerUp());
    hear(news.storeUp(0));
    hear({ kind: "lease_in_reach" });
  };
  return { clock, vitals, ask, allUp, hear };
}

Deno.test("Before anything is reached the sensor lives, and is not ready for each thing that is missing", async () => {
  const { ask } = rig({ isFiring: false });
  assertEquals((await ask("/livez")).status, 200);
  const { status, body } = await ask("/readyz");
  assertEquals(status, 503);
  assertEquals(body.reasons, [
    "The rules have not been read yet",
    "The Attune API does not answer, or has not been asked yet",
    "RabbitMQ is out of reach for messages about rules",
    "RabbitMQ is out of reach for the outbox and the checkpoint",
    "The timers have not been started yet",
  ]);
});

Deno.test("A sensor that reached everything is ready, and says since when", async () => {
  const { clock, ask, allUp } = rig();
  allUp();
  await clock.advance(12_000);
  assertEquals(await ask("/readyz"), {
    status: 200,
    body: {
      ready: true,
      role: "single",
      reasons: [],
      timers: 3,
      snapshot: { state: "done", seconds: 12 },
      api: { state: "up", seconds: 12 },
      broker: {
        messages: { state: "up", seconds: 12 },
        outbox: { state: "up", seconds: 12 },
      },
    },
  });
});

Deno.test("A broker that is lost makes it unready with the reason, until it is back", async () => {
  const { ask, allUp, hear } = rig();
  allUp();
  hear(news.listenerDown(LOST, 100));
  hear(news.storeLost(LOST, 100));
  const { status, body } = await ask("/readyz");
  assertEquals([status, body.reasons.length], [503, 2]);
  assertEquals(body.broker.messages, { state: "down", seconds: 0, reason: LOST.message });
  hear(news.listenerUp());
  hear(news.storeUp(4));
  assertEquals((await ask("/readyz")).status, 200);
});

Deno.test("A broker short of memory makes it unready while it lasts", async () => {
  const { ask, allUp, hear } = rig();
  allUp();
  hear(news.storeBlocked(true));
  assertEquals((await ask("/readyz")).body.reasons, [
    "RabbitMQ is out of reach for the outbox and the checkpoint",
  ]);
  hear(news.storeBlocked(false));
  assertEquals((await ask("/readyz")).status, 200);
});

Deno.test("An API that takes no events is down, however many snapshots succeed, until the circuit closes", async () => {
  const { ask, allUp, hear } = rig();
  allUp();
  hear(news.opened("503 Service Unavailable"));
  hear(news.snapshotDone(3, 10));
  const { status, body } = await ask("/readyz");
  assertEquals([status, body.api.reason], [503, "503 Service Unavailable"]);
  hear(news.closed(1000));
  assertEquals((await ask("/readyz")).status, 200);
});

Deno.test("An API that gives no rules is down until it does", async () => {
  const { ask, allUp, hear } = rig();
  allUp();
  hear(news.snapshotFailed(new Error("GET /api/v1/rules: connection refused"), 500));
  assertEquals((await ask("/readyz")).body.api.reason, "GET /api/v1/rules: connection refused");
  hear(news.snapshotDone(3, 10));
  assertEquals((await ask("/readyz")).status, 200);
});

Deno.test("A circuit that was open when the lease was lost is forgotten with it", async () => {
  const { ask, allUp, hear } = rig({ role: "standby", isFiring: false });
  allUp();
  hear(news.opened("timed out"));
  hear(news.leaseLost("RabbitMQ does not answer"));
  hear(news.snapshotDone(3, 10));
  assertEquals((await ask("/readyz")).status, 200);
});

Deno.test("A standby is ready, and says that it stands by", async () => {
  const { ask, allUp } = rig({ role: "standby", isFiring: false });
  allUp();
  const { status, body } = await ask("/readyz");
  assertEquals([status, body.role], [200, "standby"]);
});

Deno.test("A sensor that stops is not ready, and lives", async () => {
  const { ask, allUp } = rig({ isStopping: true });
  allUp();
  const { status, body } = await ask("/readyz");
  assertEquals([status, body.reasons], [503, ["The sensor is stopping"]]);
  assertEquals((await ask("/livez")).status, 200);
});

Deno.test("What stays due while nothing moves for 30 s is the end of /livez, and not before", async () => {
  const clock = new FakeClock();
  const at = clock.now();
  const health = new Health(clock, sensorState(() => at), new Vitals(clock));
  await clock.advance(60_000);
  assert(health.live().isWell, "it was found overdue less than 30 s ago");
  await clock.advance(1000);
  assertEquals(health.live(), {
    isWell: false,
    details: {
      alive: false,
      reasons: ["Something fell due 61 s ago, and nothing moved for 30 s"],
      firing: true,
      overdue_seconds: 61,
      event_loop_lag_seconds: 0,
    },
  });
});

Deno.test("A long backlog that is worked off is no reason to restart", async () => {
  const clock = new FakeClock();
  let at = clock.now() - 3_600_000;
  const health = new Health(clock, sensorState(() => at), new Vitals(clock));
  for (let n = 0; n < 10; n++) {
    await clock.advance(20_000);
    at += 1000;
    assert(health.live().isWell);
  }
});

Deno.test("What falls due while another instance fires is no concern of this one", async () => {
  const clock = new FakeClock();
  const at = clock.now();
  const one = sensorState(() => at, { role: "standby", isFiring: false });
  const health = new Health(clock, one, new Vitals(clock));
  for (let n = 0; n < 5; n++) {
    await clock.advance(30_000);
    assert(health.live().isWell);
  }
});

Deno.test("Health looks at the clock no more once it is disposed of", () => {
  const clock = new FakeClock();
  const health = new Health(clock, sensorState(() => clock.now()), new Vitals(clock));
  assertEquals(clock.pending, 1);
  health[Symbol.dispose]();
  health[Symbol.dispose]();
  assertEquals(clock.pending, 0);
});

Deno.test("A standby that cannot reach the lease is not ready, and says why", async () => {
  const { ask, allUp, hear } = rig({ role: "standby", isFiring: false });
  allUp();
  hear(news.leaseDisconnected(LOST, 100));
  const { status, body } = await ask("/readyz");
  assertEquals([status, body.reasons], [503, ["RabbitMQ is out of reach for the lease"]]);
  assertEquals(body.broker.lease, { state: "down", seconds: 0, reason: LOST.message });
  hear({ kind: "lease_in_reach" });
  assertEquals((await ask("/readyz")).status, 200);
});
