import { assertEquals } from "@std/assert";
import { systemChance } from "../../src/ground/chance.ts";
import { systemClock } from "../../src/ground/clock.ts";
import { loadConfig } from "../../src/config/config.ts";
import { runDaemon } from "../../src/daemon/daemon.ts";
import { startBroker } from "../../src/dev/amqp/broker.ts";
import { startPlatform } from "../../src/dev/platform/platform.ts";
import { recorder } from "../support/log_recorder.ts";

Deno.test("Asked to stop before the rules and the checkpoint are read, the sensor has not failed", async () => {
  await using broker = startBroker();
  await using platform = await startPlatform();
  const reading = platform.faults.add({ kind: "hang", path: "/api/v1/triggers/*" });
  const variables: Readonly<Record<string, string>> = {
    ATTUNE_API_URL: platform.url,
    ATTUNE_API_TOKEN: await platform.sensorToken(),
    ATTUNE_SENSOR_REF: "core.timer",
    ATTUNE_MQ_URL: broker.url,
    ATTUNE_SHUTDOWN_TIMEOUT: "100ms",
  };
  const { config } = loadConfig({ get: (name) => variables[name], toObject: () => variables });
  const { log, messages } = recorder();
  const stop = new AbortController();
  const running = runDaemon({
    config,
    log,
    clock: systemClock,
    chance: systemChance,
    signal: stop.signal,
    uncaught: new AbortController().signal,
  });
  while (reading.hits === 0) await new Promise((resolve) => setTimeout(resolve));
  stop.abort(new Error("Received SIGTERM"));
  await running;
  assertEquals(messages().includes("info: Timer sensor stopping: Received SIGTERM"), true);
});
