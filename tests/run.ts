// deno-lint-ignore-file no-console -- people read what this prints
/**
 * `deno task test`: every test of the project. Installs RabbitMQ and Chromium where they are missing, runs
 * the fast tests side by side and the slow ones one by one, the end-to-end tests once more against the executable where one
 * can be built, and prints coverage and the total.
 */
import { ensureChromium } from "./support/browser.ts";
import { buildExecutable } from "./support/executable.ts";
import { ensureRabbitMq } from "./support/install_rabbitmq.ts";

const COVERAGE_DIR = ".coverage";
const SLOW = ["tests/integration/", "tests/e2e/", "tests/chaos/short_test.ts"];

interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

async function deno(args: readonly string[], env: Record<string, string> = {}): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), { args: [...args], env }).spawn()
    .status;
  return success;
}

async function standInFlags(): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["task", "-q", "std"] })
    .output();
  return new TextDecoder().decode(stdout).split(/\s+/).filter((flag) => flag !== "");
}

/** The counts of a JUnit report; one failure where there is none, for then the run itself broke. */
async function totals(path: string): Promise<Totals> {
  const report = await Deno.readTextFile(path).catch(() => "");
  const suites = /<testsuites [^>]*>/.exec(report)?.[0];
  if (suites === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const count = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suites)?.[1] ?? 0);
  const failed = count("failures") + count("errors");
  const skipped = [...report.matchAll(/<skipped\b/g)].length;
  return { passed: count("tests") - failed - skipped, failed, skipped };
}

async function phase(
  name: string,
  flags: readonly string[],
  env: Record<string, string> = { DENO_COVERAGE_DIR: COVERAGE_DIR },
): Promise<Totals> {
  const report = `${COVERAGE_DIR}/${name}.xml`;
  const args = ["test", "--no-check", "--allow-all", `--junit-path=${report}`];
  const success = await deno([...args, ...flags], env);
  const counted = await totals(report);
  return success || counted.failed > 0 ? counted : { ...counted, failed: 1 };
}

async function executablePhase(executable: string | null, std: readonly string[]): Promise<Totals> {
  if (executable === null) return { passed: 0, failed: 0, skipped: 0 };
  return await phase("executable", [...std, "tests/e2e/"], { ATTUNE_SENSOR_CMD: executable });
}

async function main(): Promise<number> {
  await ensureRabbitMq();
  await ensureChromium();
  await Deno.remove(COVERAGE_DIR, { recursive: true }).catch(() => {/* first run */});
  await Deno.mkdir(COVERAGE_DIR);
  const std = await standInFlags();
  const checked = await deno(["task", "-q", "check"]);
  const executable = await buildExecutable();
  const phases = [
    await phase("fast", [...std, "--parallel", `--ignore=${SLOW.join(",")}`, "tests/"]),
    await phase("slow", [...std, ...SLOW]),
    await executablePhase(executable, std),
  ];
  const covered = await deno([
    "coverage",
    "-q",
    "--include=/src/",
    "--exclude=/src/deps/|/tests/",
    COVERAGE_DIR,
  ]);
  const sum = (pick: (totals: Totals) => number) => phases.reduce((n, it) => n + pick(it), 0);
  const failed = sum((it) => it.failed) + (covered ? 0 : 1) + (checked ? 0 : 1);
  if (!checked) console.error("The types do not check");
  if (!covered) console.error("Coverage is below the thresholds of deno.json");
  console.log(
    executable === null
      ? "NO EXECUTABLE WAS RUN: its base runtime is neither in DENORT_BIN nor to be fetched. " +
        "The bundle was run, and how an executable is put together was read back from one."
      : `THE EXECUTABLE WAS RUN: ${executable} passed through the end-to-end tests like the sources.`,
  );
  console.log(
    `${sum((it) => it.passed)} passed, ${failed} failed, ${sum((it) => it.skipped)} skipped`,
  );
  return failed === 0 ? 0 : 1;
}

Deno.exit(await main());
