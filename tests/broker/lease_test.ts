import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { Rivals, type WatchedLease } from "../integration/lease_watched.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { MemoryBroker, type MemoryLink } from "../support/memory_broker.ts";

const LOOK_MS = 250;
const PROVE_MS = 500;
/** With a heartbeat of a second. */
const HOLDS_MS = 1600;

/** Leases on a broker in memory, with the link to it and the time in the test's hands. */
class Setting implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly rivals = new Rivals();
  readonly link: MemoryLink = new MemoryBroker().link();

  add(heartbeat = 1): WatchedLease {
    return this.rivals.add({
      url: `amqp://memory?heartbeat=${heartbeat}`,
      connect: this.link.connect,
      clock: this.clock,
      backoff: () => 20,
    });
  }

  /** A lease that is held, by a proof of this instant. */
  async held(heartbeat = 1): Promise<WatchedLease> {
    const lease = this.add(heartbeat);
    await lease.until("instances 1");
    await this.prove(lease);
    return lease;
  }

  /** Lets the holder ask for the next proof, and waits for it. */
  async prove(lease: WatchedLease): Promise<void> {
    const proven = lease.proven();
    await this.clock.advance(PROVE_MS);
    await proven;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.link.thaw();
    await this.rivals[Symbol.asyncDispose]();
  }
}

Deno.test("A lease whose address cannot be read is not competed for", () => {
  assertThrows(() => new Rivals().add({ url: "http://localhost" }), TypeError, "expected amqp://");
});

for (
  const [heartbeat, holdsMs] of [[1, 1600], [2, 3200], [5, 4000], [60, 4000], [0, 4000]] as const
) {
  Deno.test(`A lease is held for ${holdsMs} ms after its proof with a heartbeat of ${heartbeat} s`, async () => {
    await using setting = new Setting();
    const lease = await setting.held(heartbeat);
    setting.clock.stall(holdsMs - 1);
    assert(lease.isHeld);
    setting.clock.stall(1);
    assertFalse(lease.isHeld);
    assertEquals(lease.lines, ["acquired", "instances 1"]);
  });
}

Deno.test("A lease is in doubt when the wall clock is set, either way, and no longer with the next proof", async () => {
  await using setting = new Setting();
  const lease = await setting.held();
  for (const stepMs of [HOLDS_MS, -HOLDS_MS]) {
    setting.clock.step(stepMs - Math.sign(stepMs));
    assert(lease.isHeld);
    setting.clock.step(Math.sign(stepMs));
    assertFalse(lease.isHeld);
    await setting.prove(lease);
    assert(lease.isHeld);
  }
  assertEquals(lease.lines, ["acquired", "instances 1"]);
});

Deno.test("A broker that does not answer costs the lease when the last proof ends, and an answer brings it back", async () => {
  await using setting = new Setting();
  const { clock, link } = setting;
  const lease = await setting.held();
  link.freeze();
  await clock.advance(HOLDS_MS - 1);
  assert(lease.isHeld);
  assertEquals(lease.lines, ["acquired", "instances 1"]);
  await clock.advance(1);
  assertEquals(lease.lines.slice(2), ["lost: RabbitMQ does not answer"]);
  // It was asked for half a second after the proof before: so long it holds on.
  link.thaw();
  await lease.until("acquired", 2);
  clock.stall(PROVE_MS - 1);
  assert(lease.isHeld);
  clock.stall(1);
  assertFalse(lease.isHeld);
});

Deno.test("An answer that comes when its proof has ended proves nothing", async () => {
  await using setting = new Setting();
  const { clock, link } = setting;
  const lease = await setting.held();
  link.freeze();
  await clock.advance(PROVE_MS);
  clock.stall(HOLDS_MS);
  const answered = lease.proven();
  link.thaw();
  await answered;
  assertFalse(lease.isHeld);
  assertEquals(lease.lines.slice(2), ["lost: RabbitMQ answers too late"]);
  await setting.prove(lease);
  assertEquals(lease.lines.slice(3), ["acquired", "instances 1"]);
  assert(lease.isHeld);
});

Deno.test("Answers that take their time do not cost the lease as long as each proof is in time", async () => {
  await using setting = new Setting();
  const { clock, link } = setting;
  const lease = await setting.held();
  for (let round = 0; round < 4; round++) {
    link.freeze();
    await clock.advance(PROVE_MS);
    await clock.advance(400);
    const answered = lease.proven();
    link.thaw();
    await answered;
    assert(lease.isHeld);
  }
  await clock.advance(PROVE_MS - 1);
  assertEquals(lease.lines, ["acquired", "instances 1"]);
});

Deno.test("A process that stood still goes on with a proof that holds, and gives up with one that does not", async () => {
  await using setting = new Setting();
  const { clock, link } = setting;
  const lease = await setting.held();
  clock.stall(HOLDS_MS - 1);
  const proven = lease.proven();
  await clock.advance(0);
  await proven;
  assertEquals(lease.lines, ["acquired", "instances 1"]);
  link.freeze();
  clock.stall(HOLDS_MS);
  await clock.advance(0);
  assertEquals(lease.lines.slice(2), ["lost: RabbitMQ does not answer"]);
});

Deno.test("Who stands by looks four times a second, and has the lease at the first look after it is free", async () => {
  await using setting = new Setting();
  const { clock, rivals } = setting;
  const first = await setting.held();
  const second = setting.add();
  const third = setting.add();
  for (let count = 1; count < 3;) {
    await setting.prove(first);
    count = Number(first.lines.at(-1)?.split(" ")[1]);
  }
  const given = first[Symbol.asyncDispose]();
  await given;
  assertEquals([rivals.held, second.lines, third.lines], [0, [], []]);
  const acquired = rivals.acquired(rivals.told.length);
  await clock.advance(LOOK_MS);
  const { lease } = await acquired;
  await lease.until("instances 2");
  assertEquals(rivals.held, 1);
  assertEquals((lease === second ? third : second).lines, []);
});

Deno.test("A lease that is disposed of is not held from then on, and tells of nothing", async () => {
  await using setting = new Setting();
  const lease = await setting.held();
  const disposed = lease[Symbol.asyncDispose]();
  assertFalse(lease.isHeld);
  await disposed;
  await setting.clock.advance(60_000);
  assertEquals(lease.lines, ["acquired", "instances 1"]);
});
