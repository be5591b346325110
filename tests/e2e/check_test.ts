import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { codeOf, type Findings, findingsOf, problemsOf, reportFrom } from "../check/reports.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { Sensor, type SensorOptions } from "../support/sensor.ts";
import { QUEUES, World } from "../support/world.ts";

const SECRET = "topsecret";

let rabbit: RabbitMq;
Deno.test.beforeAll(async () => {
  rabbit = await RabbitMq.start();
});
Deno.test.afterAll(() => rabbit[Symbol.asyncDispose]());

async function check(options: SensorOptions): Promise<Findings> {
  await using process = await Sensor.start({ ...options, args: ["check", "--json"] });
  const code = await process.exit();
  assertEquals(process.stderr, "");
  assert(!process.output.join().includes(SECRET));
  return reportFrom(code, process.output.join("\n"));
}

Deno.test("check disturbs no sensor that runs, and sees that it does", async () => {
  await using world = await World.on(rabbit);
  const rule = world.platform.rules.silently.create({
    ref: "e2e.check",
    trigger_ref: "core.intervaltimer",
    trigger_params: { interval: 1, unit: "seconds" },
  });
  await using sensor = await Sensor.ready(world.sensor());
  await world.event(rule);
  const before = await rabbit.ctl("list_queues", "name");
  const report = await check(world.sensor());
  assertEquals([codeOf(report), problemsOf(report)], [0, []]);
  assertEquals(findingsOf(report, "queues").map(({ level, text }) => `${level}: ${text}`), [
    "ok: Exchange 'attune.events' is there",
    `ok: Queue '${QUEUES.rules}' has 0 messages about rules and 1 consumer`,
    `ok: Queue '${QUEUES.outbox}' has 0 events that could not be delivered yet`,
    `ok: Queue '${QUEUES.dead}' has 0 events that the API refused for good`,
  ]);
  await world.event(rule, world.eventsOf(rule).length + 2);
  assertEquals(await rabbit.ctl("list_queues", "name"), before);
  const grave = sensor.lines.filter(({ level }) => level === "warn" || level === "error");
  assertEquals(grave.map(({ message }) => message), []);
  assertEquals(await sensor.stop(), 0);
});

Deno.test("check makes no queue where no sensor has run", async () => {
  await using world = await World.on(rabbit);
  const before = await rabbit.ctl("list_queues", "name");
  assertEquals(codeOf(await check(world.sensor())), 0);
  assertEquals(await rabbit.ctl("list_queues", "name"), before);
});

Deno.test("check tells what is wrong with RabbitMQ, with how to mend it", async () => {
  await using world = await World.on(rabbit);
  await rabbit.ctl("add_vhost", "closed");
  const address = `127.0.0.1:${rabbit.port}`;
  const wrong: readonly (readonly [mqUrl: string, fault: string, fix: string])[] = [
    [`amqp://guest:${SECRET}@${address}`, "credentials", "Correct user and password"],
    [`amqp://guest:guest@${address}/closed`, "vhost", "Correct the vhost"],
    [`amqp://guest:guest@127.0.0.1:1`, "unreachable", "start RabbitMQ"],
  ];
  for (const [mqUrl, fault, fix] of wrong) {
    const report = await check({ ...world.sensor(), mqUrl });
    const [found] = findingsOf(report, "broker");
    assertEquals([codeOf(report), found?.["fault"]], [4, fault]);
    assertStringIncludes(found?.fix ?? "", fix);
  }
});

Deno.test("check tells five broken set-ups by their exit codes", async () => {
  await using world = await World.on(rabbit);
  const token = await world.platform.sensorToken({ triggerTypes: ["core.webhook"] });
  const good = world.sensor();
  const reports = await Promise.all([
    check({ ...good, env: { ATTUNE_API_URL: "", ATTUNE_MQ_URL: "" } }),
    check({ ...good, apiUrl: "http://127.0.0.1:1" }),
    check({ ...good, token }),
    check({ ...good, mqUrl: "amqp://127.0.0.1:1" }),
    check({ ...good, env: { ATTUNE_MQ_EXCHANGE: "nowhere" } }),
  ]);
  assertEquals(reports.map(codeOf), [2, 3, 5, 4, 7]);
});
