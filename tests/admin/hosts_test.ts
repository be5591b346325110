import { assertEquals } from "@std/assert";
import { askedByName } from "../../src/admin/hosts.ts";

const handler = askedByName(
  ["0.0.0.0", "timer-sensor", "sensor.example.com"],
  () => Promise.resolve(new Response("hello")),
);

async function ask(host: string | null): Promise<[status: number, text: string]> {
  const headers = new Headers(host === null ? {} : { host });
  const response = await handler(new Request("http://sensor/timers", { headers }));
  return [response.status, await response.text()];
}

Deno.test("IP addresses, localhost and the sensor's own names are answered, with a port or without", async () => {
  const hosts = [
    ...["127.0.0.1", "10.1.2.3:9464", "[::1]", "[fe80::1]:9464", "0.0.0.0:1"],
    ...["localhost", "LocalHost:9464", "localhost.", "timer-sensor:9464", "Sensor.Example.com"],
  ];
  for (const host of [...hosts, null]) assertEquals(await ask(host), [200, "hello"], `${host}`);
});

Deno.test("Any other name gets 421, and is told how it could be one", async () => {
  for (
    const host of [
      ...["evil.example.com", "127.0.0.1.evil.example.com", "localhost.evil.example.com:9464"],
      ...["sensor.example.com.evil.example.com", "sensor", "example.com", "1.2.3.4.nip.io"],
    ]
  ) {
    const [status, text] = await ask(host);
    assertEquals([status, JSON.parse(text)], [421, {
      error:
        `"${host.replace(":9464", "")}" is not known as a name of this sensor: ask for its IP ` +
        "address or localhost, or add the name to ATTUNE_ADMIN_HOSTS",
    }]);
  }
});

Deno.test("What is no host gets 400", async () => {
  for (const host of ["a b", "a:b", "[", "%", "user@"]) {
    assertEquals((await ask(host))[0], 400, host);
  }
});
