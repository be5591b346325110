import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import { runCommand } from "../../src/cli/main.ts";
import { systemClock } from "../../src/ground/clock.ts";
import { type Broker, startBroker } from "../../src/dev/amqp/broker.ts";
import { type Platform, startPlatform } from "../../src/dev/platform/platform.ts";
import { Client } from "../dev/amqp/client.ts";
import { Screen } from "../support/screen.ts";
import { codeOf, type Findings, findingsOf, problemsOf, reportFrom } from "./reports.ts";

const QUEUE = "sensor.core.timer_sensor";
const SECRET = "topsecret";

/** Everything that a sensor needs, and nobody who runs. */
class Around implements AsyncDisposable {
  readonly platform: Platform;
  readonly broker: Broker;
  readonly client: Client;
  env: Record<string, string>;

  private constructor(platform: Platform, broker: Broker, client: Client, token: string) {
    this.platform = platform;
    this.broker = broker;
    this.client = client;
    this.env = {
      ATTUNE_API_URL: platform.url,
      ATTUNE_API_TOKEN: token,
      ATTUNE_SENSOR_REF: "core.timer_sensor",
      ATTUNE_MQ_URL: broker.url,
      ATTUNE_MQ_EXCHANGE: "attune.events",
    };
  }

  static async open(): Promise<Around> {
    const platform = await startPlatform({ older: true });
    const broker = startBroker();
    const client = await Client.connect(broker.url);
    await (await client.channel()).assertExchange("attune.events", "topic");
    return new Around(platform, broker, client, await platform.sensorToken());
  }

  rule(ref: string, params: Record<string, unknown>, enabled = true): void {
    this.platform.rules.silently.create({
      ref,
      trigger_ref: "core.timer",
      trigger_params: params,
      enabled,
    });
  }

  /** What `check` prints; with `--json` what it found. */
  async text(...args: string[]): Promise<{ code: number; stdout: string }> {
    const screen = new Screen();
    const { env } = this;
    const code = await runCommand(["check", ...args], {
      env: { get: (name) => env[name], toObject: () => env },
      clock: systemClock,
      stdin: () => new Blob([]).stream(),
      stdout: screen,
      stderr: screen,
    });
    return { code, stdout: screen.text };
  }

  async check(): Promise<Findings> {
    const { code, stdout } = await this.text("--json");
    return reportFrom(code, stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.platform[Symbol.asyncDispose]();
    await this.broker[Symbol.asyncDispose]();
  }
}

Deno.test("check finds nothing wrong where nothing is, and leaves nothing behind", async () => {
  await using around = await Around.open();
  around.rule("check.interval", { interval: 1, unit: "hours" });
  around.rule("check.cron", { expression: "@daily" });
  around.rule("check.off", { expression: "@daily" }, false);
  const report = await around.check();
  assertEquals([codeOf(report), problemsOf(report)], [0, []]);
  assertEquals(findingsOf(report, "rules").map((it) => it.text), [
    "2 rules with a timer (1 interval, 1 cron), 1 disabled, 0 refused",
  ]);
  assertEquals(around.broker.queues, []);
  assertEquals(around.platform.events.all, []);
  assertEquals(around.platform.requests.get("POST /auth/sensor-token"), undefined);
});

Deno.test("check tells people part by part, in at most 100 columns", async () => {
  await using around = await Around.open();
  around.rule("check.interval", { interval: 0, unit: "hours" });
  const { code, stdout } = await around.text();
  assertEquals(code, 6);
  const titles = stdout.split("\n").filter((line) => /^[A-Z]/.test(line));
  assertEquals(titles, [
    "Configuration",
    "Attune API",
    "Token",
    "Rules",
    "RabbitMQ",
    "Exchange and queues",
    "Clock",
  ]);
  assertStringIncludes(stdout, "  PROBLEM  Rule 1 (check.interval): interval: 0 is not allowed");
  assertStringIncludes(stdout, "           Fix: Correct the rule's trigger_params");
  assert(stdout.endsWith("\n1 problem, 1 warning: exit code 6\n"), stdout);
  assertEquals(stdout.split("\n").filter((line) => line.length > 100), []);
});

Deno.test("check tells all problems of the configuration at once, each with its fix", async () => {
  await using around = await Around.open();
  around.env = {
    ATTUNE_API_TOKEN: SECRET,
    ATTUNE_MQ_URL: `http://u:${SECRET}@h`,
    ATTUNE_MAX_CONCURRENCY: "0",
  };
  const report = await around.check();
  assertEquals(codeOf(report), 2);
  assertEquals(
    findingsOf(report, "configuration").map(({ text, fix }) => [
      text.split(":")[0],
      fix?.split(" to ")[0],
    ]),
    [
      ["Missing api_url", "Set ATTUNE_API_URL"],
      ["Missing sensor_ref", "Set ATTUNE_SENSOR_REF"],
      ["Invalid mq_url", "Set ATTUNE_MQ_URL"],
      ["Invalid max_concurrency", "Correct ATTUNE_MAX_CONCURRENCY, or leave it out"],
    ],
  );
  assert(!JSON.stringify(report).includes(SECRET));
});

Deno.test("check warns of a variable that it does not know", async () => {
  await using around = await Around.open();
  around.env["ATTUNE_SHRAD"] = "1/2";
  const report = await around.check();
  assertEquals(codeOf(report), 0);
  assertEquals(findingsOf(report, "configuration").at(-1)?.level, "warning");
});

Deno.test("check looks at RabbitMQ even where the API is down, and at the token's own words", async () => {
  await using around = await Around.open();
  await around.platform.down();
  const report = await around.check();
  assertEquals([codeOf(report), problemsOf(report).map(([part]) => part)], [3, ["api"]]);
  const states = report.parts.map(({ part, state }) => `${part} ${state}`);
  assertEquals(states, [
    "configuration ok",
    "api problem",
    "token ok",
    "rules skipped",
    "broker ok",
    "queues warning",
    "clock skipped",
  ]);
});

Deno.test("check tells an API that has lost its database", async () => {
  await using around = await Around.open();
  around.platform.faults.add({
    kind: "answer",
    path: "/health/detailed",
    status: 503,
    body: JSON.stringify({ status: "error", database: "disconnected", error: "no database" }),
  });
  const report = await around.check();
  assertEquals(codeOf(report), 3);
  assertStringIncludes(problemsOf(report)[0]?.[1] ?? "", "no database");
});

const hour = 3600;
const badTokens: readonly (readonly [
  name: string,
  make: (platform: Platform) => Promise<string>,
  problems: readonly RegExp[],
])[] = [
  [
    "has expired",
    (it) => it.sensorToken({ issuedAt: Math.floor(Date.now() / 1000) - 30 * hour }),
    [/^The API refuses it: .*expired/, /^Token expired at 20/],
  ],
  [
    "covers no timer",
    (it) => it.sensorToken({ triggerTypes: ["core.webhook"] }),
    [/^Its trigger types have no timer among them: core\.webhook$/],
  ],
  [
    "has an empty list of trigger types",
    (it) => it.sensorToken({ triggerTypes: [] }),
    [/^Its trigger types have no timer among them: none at all$/],
  ],
  ["is a user's", (it) => it.adminToken(), [/^It is a user's token/]],
  ["is none", () => Promise.resolve(`${SECRET}.b.c`), [/^The API refuses it: /]],
];
for (const [name, make, problems] of badTokens) {
  Deno.test(`check refuses a token that ${name}, with exit code 5`, async () => {
    await using around = await Around.open();
    const token = await make(around.platform);
    around.env["ATTUNE_API_TOKEN"] = token;
    const report = await around.check();
    assertEquals(codeOf(report), 5);
    const found = problemsOf(report).filter(([part]) => part === "token").map(([, text]) => text);
    assertEquals(found.length, problems.length, found.join("\n"));
    for (const [n, text] of found.entries()) assert(problems[n]?.test(text), text);
    assert(!JSON.stringify(report).includes(token));
    assert(!(await around.text()).stdout.includes(token));
  });
}

Deno.test("check tells each rule that would be refused, and those that the token does not cover", async () => {
  await using around = await Around.open();
  const triggerTypes = ["core.timer"];
  around.env["ATTUNE_API_TOKEN"] = await around.platform.sensorToken({ triggerTypes });
  around.rule("check.cron", { expression: "61 * * * *" });
  around.platform.rules.silently.create({
    ref: "check.foreign",
    trigger_ref: "core.intervaltimer",
    trigger_params: { interval: 5, unit: "seconds" },
  });
  const report = await around.check();
  assertEquals(codeOf(report), 6);
  assertEquals(problemsOf(report).map(([, text]) => text.split(":")[0]), [
    "Rule 1 (check.cron)",
    "Rule 2 (check.foreign)",
  ]);
});

Deno.test("check warns of rules whose parameters are odd, which costs no exit code", async () => {
  await using around = await Around.open();
  around.rule("check.odd", { interval: 5, colour: "red" });
  const report = await around.check();
  assertEquals(codeOf(report), 0);
  assertEquals(findingsOf(report, "rules").slice(1).map(({ level, text }) => `${level}: ${text}`), [
    'warning: Rule 1 (check.odd): Ignored unknown members ["colour"]',
  ]);
});

Deno.test("check counts the rules of its own shard", async () => {
  await using around = await Around.open();
  for (let n = 1; n <= 5; n++) around.rule(`check.rule${n}`, { interval: n });
  around.env["ATTUNE_SHARD"] = "2/2";
  assertStringIncludes(findingsOf(await around.check(), "rules")[0]?.text ?? "", "3 rules");
});

Deno.test("check names the host and port where no RabbitMQ answers", async () => {
  await using around = await Around.open();
  around.env["ATTUNE_MQ_URL"] = `amqp://u:${SECRET}@127.0.0.1:1`;
  const report = await around.check();
  assertEquals(codeOf(report), 4);
  assertStringIncludes(problemsOf(report)[0]?.[1] ?? "", "amqp://127.0.0.1:1/: connection refused");
  assert(!JSON.stringify(report).includes(SECRET));
});

Deno.test("check misses an exchange that is not there, and does not make it", async () => {
  await using around = await Around.open();
  around.env["ATTUNE_MQ_EXCHANGE"] = "attune";
  for (let n = 0; n < 2; n++) {
    const report = await around.check();
    assertEquals(codeOf(report), 7);
    assertEquals(problemsOf(report).map(([, text]) => text), [
      "Exchange 'attune' does not exist",
    ]);
  }
});

Deno.test("check counts what waits, who listens and what was refused", async () => {
  await using around = await Around.open();
  const channel = await around.client.channel();
  for (const queue of [QUEUE, `${QUEUE}.outbox`, `${QUEUE}.dead`]) await channel.assertQueue(queue);
  for (const queue of [`${QUEUE}.outbox`, `${QUEUE}.dead`]) {
    channel.sendToQueue(queue, Buffer.from("{}"));
  }
  await channel.consume(QUEUE, () => {});
  const report = await around.check();
  assertEquals(codeOf(report), 0);
  assertEquals(findingsOf(report, "queues").map(({ level, text }) => `${level}: ${text}`), [
    "ok: Exchange 'attune.events' is there",
    `ok: Queue '${QUEUE}' has 0 messages about rules and 1 consumer`,
    `warning: Queue '${QUEUE}.outbox' has 1 event that could not be delivered yet`,
    `warning: Queue '${QUEUE}.dead' has 1 event that the API refused for good`,
  ]);
  await channel.consume(QUEUE, () => {});
  assertEquals(codeOf(await around.check()), 7);
});

Deno.test("check counts the instances where there are several", async () => {
  await using around = await Around.open();
  around.env["ATTUNE_HA"] = "true";
  const told = async () => findingsOf(await around.check(), "queues")[1]?.text;
  assertEquals(await told(), "No instance runs");
  const channel = await around.client.channel();
  await channel.assertQueue(`${QUEUE}.lease.instances`);
  for (
    const text of ["1 instance runs, and nobody stands by", "2 instances run, one of which fires"]
  ) {
    await channel.consume(`${QUEUE}.lease.instances`, () => {});
    assertEquals(await told(), text);
  }
});
