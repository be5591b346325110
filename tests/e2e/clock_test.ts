import { assert, assertEquals } from "@std/assert";
import type { StoredEvent } from "../../src/dev/platform/event_table.ts";
import { installPackages } from "../support/debian.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { Sensor } from "../support/sensor.ts";
import { payloadOf, World } from "../support/world.ts";

/** Debian's libfaketime, for whatever architecture this is. */
const LIBRARY = "libfaketime.so.1";
const HOUR_S = 3600;
/** Forward, and back, as much as the whole outbox' age and as little as nobody would notice. */
const JUMPS_S = [4, 25 * HOUR_S, -4, -25 * HOUR_S];

let rabbit: RabbitMq;
let library: string;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
  library = find() ?? await installPackages("libfaketime").then(find) ?? "";
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

function find(): string | null {
  for (const { name } of Deno.readDirSync("/usr/lib")) {
    const path = `/usr/lib/${name}/faketime/${LIBRARY}`;
    if (exists(path)) return path;
  }
  return null;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** The wall clock of a process alone, which a test sets. */
class ProcessClock implements Disposable {
  readonly #path = Deno.makeTempFileSync();

  /** `aheadS`: before the machine's, in seconds. */
  constructor(aheadS: number) {
    this.set(aheadS);
  }

  get env(): Record<string, string> {
    return {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: this.#path,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    };
  }

  set(aheadS: number): void {
    // Renamed, so that no half of it is ever read.
    Deno.writeTextFileSync(`${this.#path}.new`, `${aheadS < 0 ? "" : "+"}${aheadS}s\n`);
    Deno.renameSync(`${this.#path}.new`, this.#path);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#path);
  }
}

function everySecond(world: World, name: string) {
  return world.platform.rules.silently.create({
    ref: `e2e.${name}`,
    trigger_ref: "core.intervaltimer",
    trigger_params: { interval: 1, unit: "seconds" },
  });
}

function scheduledAt(event: StoredEvent): number {
  return Date.parse(payloadOf(event).scheduled_at);
}

/** Waits until a rule has fired some occurrences that lie within the next seconds by the true clock. */
async function goesOn(world: World, rule: { readonly id: number }): Promise<void> {
  const from = Date.now();
  // What fired ahead of its time by four seconds does not come again.
  const isPresent = (event: StoredEvent) => {
    const at = scheduledAt(event);
    return at > from && at < from + 30_000;
  };
  while (world.eventsOf(rule).filter(isPresent).length < 7) {
    await world.event(rule, world.eventsOf(rule).length + 1);
  }
}

function assertNoneTwice(world: World): void {
  const ids = world.platform.events.all.map((event) => payloadOf(event).occurrence_id);
  assertEquals(ids.length, new Set(ids).size);
}

for (const jumpS of JUMPS_S) {
  Deno.test(`A clock that is ${jumpS} s ahead while the sensor runs silences no timer`, async () => {
    await using world = await World.on(rabbit);
    using clock = new ProcessClock(0);
    const rule = everySecond(world, "running");
    await using sensor = await Sensor.ready(world.sensor(clock.env));
    await world.event(rule, 3);
    clock.set(jumpS);
    await sensor.line(/^The wall clock went/);
    const before = sensor.output.length;
    const seen = world.eventsOf(rule).length;
    if (jumpS > 0) await world.event(rule, seen + 3);
    clock.set(0);
    await sensor.line(/^The wall clock went/, before);
    await goesOn(world, rule);
    assertNoneTwice(world);
    const late = everySecond(world, "new");
    await world.platform.rules.enable(late.ref);
    await world.event(late, 2);
    assertEquals(await sensor.stop(), 0);
  });

  Deno.test(`A clock that is ${jumpS} s ahead at the start silences no timer once it is right`, async () => {
    await using world = await World.on(rabbit);
    const rule = everySecond(world, "starting");
    await using first = await Sensor.ready(world.sensor());
    await world.event(rule, 2);
    assertEquals(await first.stop(), 0);
    using clock = new ProcessClock(jumpS);
    await using sensor = await Sensor.ready(world.sensor(clock.env));
    const seen = world.eventsOf(rule).length;
    if (jumpS > 0) await world.event(rule, seen + 3);
    clock.set(0);
    await sensor.line(/^The wall clock went/);
    await goesOn(world, rule);
    assertEquals(await sensor.stop(), 0);
  });
}

Deno.test("A clock that is 25 h ahead for some seconds expires nothing in the outbox", async () => {
  await using world = await World.on(rabbit);
  using clock = new ProcessClock(0);
  const rule = everySecond(world, "parked");
  const outage = world.platform.faults.add({
    kind: "answer",
    path: "/api/v1/events",
    status: 503,
  });
  await using sensor = await Sensor.ready(world.sensor(clock.env));
  while (await world.countOf("outbox") < 3) { /* a call takes its time */ }
  clock.set(25 * HOUR_S);
  await sensor.line(/^The wall clock went forward/);
  const parked = await world.countOf("outbox");
  while (await world.countOf("outbox") < parked + 3) { /* a call takes its time */ }
  clock.set(0);
  await sensor.line(/^The wall clock went back/);
  outage[Symbol.dispose]();
  await world.event(rule, 3);
  assert(!sensor.lines.some(({ message }) => /too long/.test(message)));
  assertEquals(await sensor.stop(), 0);
});
