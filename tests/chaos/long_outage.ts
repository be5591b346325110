// deno-lint-ignore-file no-console -- people read what this prints
/**
 * API and broker both down for `--minutes` (60) at 1,000 fires a second: prints the memory of the sensor as
 * it goes, then lets both come back and compares what arrived with what was told to be lost.
 */
import { parseArgs } from "@std/cli/parse-args";
import * as z from "zod";
import { RabbitMq } from "../support/rabbitmq.ts";
import { type LogLine, Sensor } from "../support/sensor.ts";
import { World } from "../support/world.ts";

const Flags = z.object({ minutes: z.coerce.number().int().positive().default(60) });

const RULES = 1000;
const LIMIT_MB = 300;
const PATIENCE_MS = 1_200_000;

async function main(args: readonly string[]): Promise<number> {
  const { minutes } = Flags.parse(parseArgs([...args], { string: ["minutes"] }));
  await using rabbit = await RabbitMq.start();
  await using world = await World.on(rabbit);
  const now = Date.now();
  for (let n = 0; n < RULES; n++) {
    world.platform.rules.silently.create({
      ref: `outage.rule${n}`,
      trigger_ref: "core.intervaltimer",
      trigger_params: { interval: 1, unit: "seconds" },
      created: new Date(now + n).toISOString(),
    });
  }
  await using sensor = await Sensor.ready(world.sensor());
  await sensor.line(/^The outbox is ready/);
  await world.platform.down();
  await rabbit.kill9();
  const peakMb = await watchMemory(sensor.pid, minutes);
  await rabbit.restart();
  await world.platform.up();
  const upAt = Date.now();
  await quiet(world, upAt);
  console.log(`The backlog was worked off ${Math.round((Date.now() - upAt) / 1000)} s later`);
  const exitCode = await sensor.stop();
  const { stored, missing } = tallyOf(world);
  const lost = lostLines(sensor);
  const told = lost.reduce((sum, line) => sum + Number(line["count"]), 0);
  const again = world.platform.events.all.length - stored;
  console.log(`${stored} occurrences stored, ${again} of them again; ${missing} missing`);
  console.log(`${told} told to be lost, in ${lost.length} lines by rule`);
  console.log(`Peak ${peakMb} MB (limit ${LIMIT_MB}), exit code ${exitCode}`);
  const passed = peakMb <= LIMIT_MB && exitCode === 0 && missing === told;
  console.log(passed ? "1 passed, 0 failed" : "0 passed, 1 failed");
  return passed ? 0 : 1;
}

/** Prints the memory each minute. Returns the peak in MB. */
async function watchMemory(pid: number, minutes: number): Promise<number> {
  const beganAt = Date.now();
  let peakMb = 0;
  for (let minute = 1; minute <= minutes; minute++) {
    await new Promise((resolve) => setTimeout(resolve, beganAt + minute * 60_000 - Date.now()));
    const rssMb = await rssOf(pid);
    peakMb = Math.max(peakMb, rssMb);
    console.log(`${minute} min: ${rssMb} MB`);
  }
  return peakMb;
}

/** Compares what each rule has with the whole grid between its first event and its last. */
function tallyOf(world: World): { stored: number; missing: number } {
  const instants = new Map<string, Set<number>>();
  for (const { headers } of world.platform.events.all) {
    const [rule = "", instant = ""] = headers["idempotency-key"]?.split("@") ?? [];
    const known = instants.get(rule) ?? new Set();
    instants.set(rule, known.add(Date.parse(instant)));
  }
  let [stored, missing] = [0, 0];
  for (const known of instants.values()) {
    const sorted = [...known].toSorted((a, b) => a - b);
    const due = ((sorted.at(-1) ?? 0) - (sorted[0] ?? 0)) / 1000 + 1;
    stored += known.size;
    missing += due - known.size;
  }
  return { stored, missing };
}

/** Waits until events arrive no older than they fall due. */
async function quiet(world: World, sinceMs: number): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    if (await world.countOf("outbox") === 0 && isPunctual(world, sinceMs)) return;
  }
  throw new Error("The backlog was not worked off in time");
}

function isPunctual(world: World, sinceMs: number): boolean {
  const latest = world.platform.events.all.slice(-RULES);
  return latest.length === RULES && latest.every(({ headers, receivedAt }) => {
    const [, instant = ""] = headers["idempotency-key"]?.split("@") ?? [];
    return receivedAt >= sinceMs && receivedAt - Date.parse(instant) < 1000;
  });
}

function lostLines(sensor: Sensor): LogLine[] {
  return sensor.lines.filter(({ message }) => /^Failed to create \d+ events/.test(message));
}

async function rssOf(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

Deno.exit(await main(Deno.args));
