import { assertEquals, assertLess } from "@std/assert";
import type { RuleRow } from "../../src/dev/platform/rule_shapes.ts";
import { BareTimer } from "../support/bare_timer.ts";
import { type Draft, drained, flood, peakMemoryMb } from "../support/flood.ts";
import { IS_FULL } from "../support/full.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { report } from "../support/report.ts";
import { RunningTimers } from "../support/running_timers.ts";
import { Sensor } from "../support/sensor.ts";
import { World } from "../support/world.ts";

const RULES = IS_FULL ? 100_000 : 5000;
const MESSAGES = IS_FULL ? 100_000 : 3000;
const RUNNING = 50;
/** Rules that come and go while the messages about them are on their way. */
const CHANGED = MESSAGES / 100;
/** One message in so many is about a rule that was never there. */
const MISSING = 10;
const PATIENCE_MS = 300_000;
/** Where nobody else is busy: stand-in, broker and sensor share the machine. */
const LATEST_MS = 2000;
/**
 * The runtime with the program, all that is known of the rules, and what is not collected yet of messages
 * and answers: of those, 20,000 are in hand at once, however many there are.
 */
const MEMORY_MB = 120 + RULES * 3 / 1000 + 200;

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

/** A rule that is not due for years. */
function farRule(world: World, name: string): RuleRow {
  return world.platform.rules.silently.create({
    ref: `far.${name}`,
    trigger_ref: "core.intervaltimer",
    trigger_params: { interval: 36_000, unit: "hours" },
  });
}

const KINDS = ["Created", "Enabled", "Disabled", "Deleted", "Updated"];

/** A message of either form; what it says of the rule need not be true. */
function draftAbout({ id, ref }: Pick<RuleRow, "id" | "ref">, n: number): Draft {
  const kind = KINDS[n % KINDS.length] ?? "Created";
  const rule = { rule_id: id, rule_ref: ref };
  const timestamp = new Date().toISOString();
  const message = n % 2 === 0
    ? { event_type: `Rule${kind}`, ...rule, trigger_type: "core.intervaltimer", timestamp }
    : {
      message_id: crypto.randomUUID(),
      message_type: `Rule${kind}`,
      version: "1.0",
      timestamp,
      headers: { retry_count: 0, source_service: "api-service" },
      payload: {
        ...rule,
        trigger_id: 1,
        trigger_ref: "core.intervaltimer",
        action_ref: "core.echo",
        trigger_params: { interval: 36_000, unit: "hours" },
        enabled: true,
      },
    };
  return {
    key: `rule.${kind.toLowerCase()}`,
    content: new TextEncoder().encode(JSON.stringify(message)),
    options: { persistent: true, contentType: "application/json" },
  };
}

function requests(world: World, route: string): number {
  return world.platform.requests.get(`GET /api/v1/${route}`) ?? 0;
}

Deno.test(`${MESSAGES} messages about ${RULES} rules hold up no timer`, async () => {
  await using world = await World.on(rabbit);
  await using bare = await BareTimer.start();
  using timers = new RunningTimers(world.platform, RUNNING);
  const far = Array.from({ length: RULES - RUNNING }, (_, n) => farRule(world, `rule${n}`));
  await using sensor = await Sensor.start(world.sensor());
  await sensor.line(/^Timer sensor ready/, 0, PATIENCE_MS);
  const loadMs = performance.now() - sensor.startedAt;
  await timers.passed(Date.now());
  const pages = requests(world, "triggers/{ref}/rules");
  const loadedMb = await peakMemoryMb(sensor.pid);

  const from = sensor.output.length;
  const gone = far.slice(0, CHANGED);
  for (const { ref } of gone) world.platform.rules.silently.delete(ref);
  const made = Array.from({ length: CHANGED }, (_, n) => farRule(world, `new${n}`));
  const subjects = [...gone, ...made, ...timers.rules, ...far];
  const about = (n: number) =>
    n % MISSING === 0
      ? { id: 10_000_000 + n, ref: `far.missing${n}` }
      : subjects[(n - Math.ceil(n / MISSING)) % subjects.length];
  const began = performance.now();
  const drafts = Iterator.from(Array(MESSAGES).keys()).flatMap((n) => {
    const rule = about(n);
    return rule === undefined ? [] : [draftAbout(rule, n)];
  });
  const published = await flood(rabbit.url(), "attune.events", drafts);
  const publishedMs = performance.now() - began;
  await drained(world);
  const absorbedMs = performance.now() - began;
  await timers.passed(Date.now());
  const peakMb = await peakMemoryMb(sensor.pid);

  const since = sensor.output.slice(from);
  const told = (pattern: RegExp) => since.filter((line) => pattern.test(line)).length;
  report(
    `${RULES} rules loaded in ${Math.round(loadMs)} ms (${loadedMb} MB); ${MESSAGES} messages ` +
      `published in ${Math.round(publishedMs)} ms, absorbed in ${Math.round(absorbedMs)} ms with ` +
      `${requests(world, "rules/{ref}")} reads of single rules and ` +
      `${requests(world, "triggers/{ref}/rules") - pages} of pages ` +
      `(${peakMb} MB); ${timers.events} events, fired at most ${timers.greatestDelayMs} ms late, ` +
      `stored at most ${timers.greatestLatenessMs} ms late`,
  );
  assertEquals(published, MESSAGES);
  assertEquals(timers.problems, []);
  assertEquals(told(/"Timer stopped for rule \d+: deleted"/), gone.length);
  assertEquals(told(/"Timer started for rule \d+"/), made.length);
  assertLess(timers.greatestDelayMs, bare.limitMs(LATEST_MS));
  assertLess(timers.greatestLatenessMs, bare.limitMs(LATEST_MS));
  assertLess(peakMb, MEMORY_MB);
  assertEquals(await sensor.stop(), 0);
});
