import { parseArgs } from "@std/cli/parse-args";
import * as z from "zod";
import { AmqpPublisher } from "./amqp_publisher.ts";
import { startPlatform } from "./platform.ts";

const Flags = z.object({
  port: z.coerce.number().int().min(0).max(65_535).default(0),
  hostname: z.string().default("127.0.0.1"),
  messages: z.enum(["envelope", "native"]).default("envelope"),
  older: z.boolean().default(false),
  "mq-url": z.string().optional(),
  "mq-exchange": z.string().default("attune.events"),
});

/**
 * The stand-in platform as a process of its own, until it is killed. Prints one line of JSON when it is
 * ready: `url`, `adminToken`, `sensorToken`. It publishes only where `--mq-url` is given.
 */
async function main(args: string[]): Promise<void> {
  const names = Object.keys(Flags.shape).filter((name) => name !== "older");
  const flags = Flags.parse(parseArgs(args, { string: names, boolean: ["older"] }));
  const mqUrl = flags["mq-url"];
  await using publisher = mqUrl === undefined
    ? null
    : new AmqpPublisher({ url: mqUrl, exchange: flags["mq-exchange"] });
  await using platform = await startPlatform({
    port: flags.port,
    hostname: flags.hostname,
    messages: flags.messages,
    older: flags.older,
    warn: (message) => write(Deno.stderr, { level: "warn", message }),
    ...(publisher === null ? {} : { publish: publisher.publish }),
  });
  const [adminToken, sensorToken] = [await platform.adminToken(), await platform.sensorToken()];
  write(Deno.stdout, { url: platform.url, adminToken, sensorToken });
  await new Promise((resolve) => Deno.addSignalListener("SIGTERM", () => resolve(null)));
}

function write(output: { writeSync(bytes: Uint8Array): number }, line: unknown): void {
  output.writeSync(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
}

await main(Deno.args);
