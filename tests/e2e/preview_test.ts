import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ARTEFACT } from "../support/artefact.ts";
import { ROOT, stdFlags } from "../support/std_flags.ts";

const NIGHTLY = '{"expression":"30 2 * * *","timezone":"Europe/Berlin"}';

/** The program as a process of its own: the sources without a single permission, or what was built. */
async function start(...args: readonly string[]): Promise<Deno.ChildProcess> {
  const [command = "", ...words] = ARTEFACT ?? [Deno.execPath(), ...await sourceFlags(), "main.ts"];
  return new Deno.Command(command, {
    args: [...words, ...args],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function sourceFlags(): Promise<readonly string[]> {
  return ["run", "-q", "--no-check", ...await stdFlags(), "--no-prompt"];
}

async function run(
  args: readonly string[],
  stdin = "",
): Promise<{ code: number; stdout: string; stderr: string }> {
  const process = await start(...args);
  const fed = new Blob([stdin]).stream().pipeTo(process.stdin);
  const [{ code, stdout, stderr }] = await Promise.all([process.output(), fed]);
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("preview needs no permission, no configuration and no network", async () => {
  const args = ["preview", "--after", "2026-03-28T12:00:00Z", "--count", "1", NIGHTLY];
  const { code, stdout, stderr } = await run(args);
  assertEquals([code, stderr], [0, ""]);
  assertStringIncludes(stdout, "At 02:30 every day in Europe/Berlin\n");
  assertStringIncludes(stdout, "1  Sun 2026-03-29 03:00:00 +02:00  2026-03-29T01:00:00Z  ");
  assertStringIncludes(stdout, "   ^^ moved: Sun 2026-03-29 02:30:00 does not exist\n");
});

Deno.test("preview reads standard input, and ends with exit code 2 where a rule would be refused", async () => {
  const { code, stdout, stderr } = await run(["preview", "-"], '{"interval": "{{ pace }}"}');
  assertEquals([code, stdout], [2, ""]);
  assertEquals(
    stderr,
    "The sensor would refuse this rule:\n\n" +
      '  interval: "{{ pace }}" is not allowed, expected a whole number of at least 1 (templates are not\n' +
      "  filled in here)\n",
  );
});

Deno.test("preview reads rules in YAML without a permission, and no file", async () => {
  const piped = await run(
    ["preview", "--count=1", "-"],
    "- expression: 30 2 * * *\n- interval: 5\n",
  );
  assertEquals([piped.code, piped.stderr], [0, ""]);
  assertStringIncludes(piped.stdout, "stdin:1\nAt 02:30 every day in UTC\n");
  assertStringIncludes(piped.stdout, "stdin:2\nEvery 5 seconds");
  const named = await run(["preview", "deno.json"]);
  assertEquals(named.code, 2);
  assertStringIncludes(named.stderr, "it may read no file: preview - < deno.json");
});

Deno.test("preview --batch answers 10,000 lines, one each and in order", async () => {
  const lines = Array.from({ length: 10_000 }, (_, index) => {
    const expression = `${index % 60} ${index % 24} * * ${index % 7}`;
    return index % 1000 === 999 ? "nonsense" : JSON.stringify({
      trigger_params: { type: "cron", expression, timezone: "America/New_York" },
      created: new Date(Date.UTC(2026, 0, 1) + index * 60_000),
      count: 1,
    });
  });
  const { code, stdout, stderr } = await run(["preview", "--batch"], `${lines.join("\n")}\n`);
  const refused = Array.from({ length: 10 }, (_, index) => (index + 1) * 1000).join(", ");
  assertEquals([code, stderr], [2, `attune-core-timer-sensor: 10 lines refused: ${refused}\n`]);
  const answers = stdout.trimEnd().split("\n");
  assertEquals(answers.length, lines.length);
  for (const [index, answer] of answers.entries()) {
    const time = [index % 24, index % 60].map((it) => String(it).padStart(2, "0")).join(":");
    const expected = index % 1000 === 999 ? '{"error":"Line ' : `"description":"At ${time} on `;
    assertStringIncludes(answer, expected);
  }
});

Deno.test("preview ends without a word when nobody reads on", async () => {
  const process = await start("preview", "--batch");
  const line = `{"trigger_params":${NIGHTLY}}\n`;
  const feeder = process.stdin.getWriter();
  const reader = process.stdout.getReader();
  await feeder.write(new TextEncoder().encode(line));
  const first = await reader.read();
  await reader.cancel();
  // The program ends while it is being fed, sooner or later.
  const fed = (async () => {
    for (let n = 0; n < 1000; n++) await feeder.write(new TextEncoder().encode(line));
    await feeder.close();
  })().catch(() => {/* it has ended */});
  const [{ code }, stderr] = await Promise.all([
    process.status,
    new Response(process.stderr).text(),
    fed,
  ]);
  assertEquals([code, stderr], [0, ""]);
  assert(first.value !== undefined && first.value.length > 0);
});
