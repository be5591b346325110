import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { MOST_SHARDS, ownsRule, queuesOf, shardQueue, shardsOf } from "../../src/domain/shard.ts";
import { ruleId } from "../support/rules.ts";

Deno.test("Each rule is exactly one shard's, by its id modulo their number", () => {
  const id = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
  const count = fc.integer({ min: 1, max: MOST_SHARDS });
  fc.assert(fc.property(id, count, (id, count) => {
    const owners = shardsOf(count).filter((shard) => ownsRule(shard, ruleId(id)));
    assertEquals(owners, [{ index: Number(BigInt(id) % BigInt(count)) + 1, count }]);
  }));
});

Deno.test("One shard alone has the plain names, so that nothing changes for who has no others", () => {
  assertEquals(shardQueue("sensor.core.timer", { index: 1, count: 1 }), "sensor.core.timer");
  assertEquals(shardQueue("sensor.core.timer", { index: 2, count: 8 }), "sensor.core.timer.2-8");
  assertEquals(queuesOf("s", { index: 2, count: 8 }), {
    rules: "s.2-8",
    outbox: "s.2-8.outbox",
    dead: "s.2-8.dead",
    checkpoint: "s.2-8.checkpoint",
    lease: "s.2-8.lease",
    instances: "s.2-8.lease.instances",
  });
});

Deno.test("No two shards share a queue, whatever their numbers", () => {
  const queues = [1, 2, 11, 12, 121].flatMap((count) =>
    shardsOf(count).flatMap((shard) => Object.values(queuesOf("s", shard)))
  );
  assertEquals(new Set(queues).size, queues.length);
});
