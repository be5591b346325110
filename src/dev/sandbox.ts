import * as z from "zod";
import { systemClock } from "../ground/clock.ts";
import { rfc3339 } from "../ground/instant.ts";
import { redactUrl } from "../ground/redact_url.ts";
import { aborted } from "../ground/abort.ts";
import { AmqpPublisher } from "./platform/amqp_publisher.ts";
import type { StoredEvent } from "./platform/event_table.ts";
import { type Platform, startPlatform } from "./platform/platform.ts";
import { chooseBroker, type ChosenBroker } from "./sandbox/broker_choice.ts";
import { demoRules } from "./sandbox/demo_rules.ts";
import { hints } from "./sandbox/hints.ts";
import { Screen } from "./sandbox/screen.ts";
import { SensorProcess } from "./sandbox/sensor_process.ts";
import { messageOf } from "../ground/error_text.ts";
import { openWorkbench } from "./sandbox/workbench.ts";

const SENSOR_REF = "core.timer";
// Not the platform's own: on a RabbitMQ in earnest others would hear of rules that they do not have.
const EXCHANGE = "attune.sandbox";
const REF_WIDTH = 26;
const STOP_SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

const Payload = z.object({
  scheduled_at: z.iso.datetime().transform((text) => Date.parse(text)),
});

/** Runs the sandbox until Ctrl-C, or until the sensor ends. Returns the exit code. */
async function main(): Promise<number> {
  const screen = new Screen(Deno.stdout);
  using request = stopRequest();
  const stop = AbortSignal.any([request.signal, screen.closed]);
  await using broker = await chooseBroker(Deno.env.get("ATTUNE_MQ_URL"), {
    exchange: EXCHANGE,
    queue: `sensor.${SENSOR_REF}`,
  });
  await using publisher = new AmqpPublisher({ url: broker.url, exchange: EXCHANGE });
  await using platform = await startPlatform({
    publish: publisher.publish,
    older: true,
    warn: (message) => screen.text(message),
  });
  await using sensor = await SensorProcess.start({
    apiUrl: platform.url,
    apiToken: await platform.sensorToken({ sensorRef: SENSOR_REF }),
    sensorRef: SENSOR_REF,
    mqUrl: broker.url,
    mqExchange: EXCHANGE,
    onLine: (line) => screen.sensor(line),
  });
  await using workbench = openWorkbench({
    sensorUrl: sensor.adminUrl,
    platformUrl: platform.url,
    adminToken: await platform.adminToken(),
    failed: (error) => screen.text(`The page cannot be served: ${messageOf(error)}`),
  });
  introduce(screen, { platform, broker, sensor, workbench });
  using _events = platform.events.subscribe((event) => screen.event(described(event)));
  const ended = Promise.race([sensor.ended, aborted(stop).then(() => null)]);
  const isReady = await Promise.race([sensor.ready.then(() => true), ended.then(() => false)]);
  if (isReady) await play(screen, platform);
  const code = await ended;
  screen.title(code === null ? "Stopping" : `The sensor has ended, with exit code ${code}`);
  return code ?? 0;
}

function introduce(
  screen: Screen,
  { platform, broker, sensor, workbench }: {
    platform: Platform;
    broker: ChosenBroker;
    sensor: SensorProcess;
    workbench: { readonly url: string };
  },
): void {
  screen.title("Sandbox of the Attune timer sensor");
  screen.table([
    ["page", workbench.url, "what the sensor does, live, and a form to make rules"],
    ["platform", platform.url, "a stand-in, in memory"],
    ["broker", redactUrl(broker.url), broker.origin],
    [
      "sensor",
      `process ${sensor.pid}`,
      "may reach platform and broker, serve its page and read its own variables, nothing else",
    ],
  ]);
  screen.text("");
}

async function play(screen: Screen, platform: Platform): Promise<void> {
  const rules = demoRules(systemClock.now());
  screen.title("Rules made just now");
  screen.table(rules.map(({ draft, schedule }) => [draft.ref, draft.trigger_ref, schedule]));
  screen.title("To try in another terminal");
  screen.text(...hints(platform.url, await platform.adminToken()));
  screen.title("Events, between the lines of the sensor; Ctrl-C ends the sandbox");
  for (const { draft } of rules) await platform.rules.create(draft);
}

function described({ ruleRef, triggerRef, payload, receivedAt }: StoredEvent): string {
  const what = (ruleRef ?? `no rule, ${triggerRef}`).padEnd(REF_WIDTH);
  const { data } = Payload.safeParse(payload);
  if (data === undefined) return what;
  const lateMs = receivedAt - data.scheduled_at;
  return `${what}  scheduled ${rfc3339(data.scheduled_at)}, arrived ${lateMs} ms later`;
}

/**
 * Aborted when somebody asks for the end, or closes the terminal. Asking twice is no different: some send
 * a signal to a process and to its group, and the end takes only as long as the sensor's.
 */
function stopRequest(): Disposable & { readonly signal: AbortSignal } {
  const stop = new AbortController();
  const stack = new DisposableStack();
  const listener = () => stop.abort();
  for (const signal of STOP_SIGNALS) {
    Deno.addSignalListener(signal, listener);
    stack.defer(() => Deno.removeSignalListener(signal, listener));
  }
  return { signal: stop.signal, [Symbol.dispose]: () => stack.dispose() };
}

Deno.exit(await main());
