// deno-lint-ignore-file no-console -- people read what this prints
/**
 * `deno task test`: every test of the project. Installs RabbitMQ and Chromium where they are missing, runs
 * the fast tests side by side and then the slow ones, which mostly wait, in two rows. A line a group tells
 * what came of it; what a group printed follows only where any failed. The end-to-end tests run once more against the executable where one can be
 * built. Prints coverage and the total.
 */
import { ensureChromium } from "./support/browser.ts";
import { buildExecutable } from "./support/executable.ts";
import { ensureRabbitMq } from "./support/install_rabbitmq.ts";

const COVERAGE_DIR = ".coverage";
const INTEGRATION = "tests/integration/";
const END_TO_END = "tests/e2e/";
const CHAOS = "tests/chaos/short_test.ts";
const SIMULATOR = "tests/simulate/short_test.ts";
const SLOW = [INTEGRATION, END_TO_END, CHAOS, SIMULATOR];

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

/** Runs a group of tests: a line says what came of it, and all that it printed follows where any failed. */
async function phase(
  name: string,
  flags: readonly string[],
  env: Record<string, string> = { DENO_COVERAGE_DIR: COVERAGE_DIR },
): Promise<Totals> {
  const began = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: phaseArgs(name, flags),
    env,
  }).output();
  const found = await counted(name, success);
  const { passed, failed, skipped } = found;
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`${name}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds} s`);
  if (failed > 0) console.log(withoutHint(stdout) + withoutHint(stderr));
  return found;
}

/** A dependency sets `__proto__` once, which Deno mentions below each failure whatever its cause. */
function withoutHint(output: Uint8Array): string {
  return new TextDecoder().decode(output).split("\n")
    .filter((line) => !/Object\.prototype\.__proto__|--unsafe-proto/.test(line)).join("\n");
}

function phaseArgs(name: string, flags: readonly string[]): string[] {
  return ["test", "--no-check", "--allow-all", `--junit-path=${reportOf(name)}`, ...flags];
}

function reportOf(name: string): string {
  return `${COVERAGE_DIR}/${name}.xml`;
}

async function counted(name: string, success: boolean): Promise<Totals> {
  const found = await totals(reportOf(name));
  return success || found.failed > 0 ? found : { ...found, failed: 1 };
}

async function executablePhase(executable: string | null, std: readonly string[]): Promise<Totals> {
  if (executable === null) return { passed: 0, failed: 0, skipped: 0 };
  return await phase("executable", [...std, END_TO_END], { ATTUNE_SENSOR_CMD: executable });
}

async function main(): Promise<number> {
  await ensureRabbitMq();
  await ensureChromium();
  await Deno.remove(COVERAGE_DIR, { recursive: true }).catch(() => {/* first run */});
  await Deno.mkdir(COVERAGE_DIR);
  const std = await standInFlags();
  const checked = await deno(["task", "-q", "check"]);
  const executable = await buildExecutable();
  const fast = await phase("fast", [...std, "--parallel", `--ignore=${SLOW.join(",")}`, "tests/"]);
  // Alone: it takes all cores, and its children are not measured.
  const simulator = await phase("simulator", [...std, SIMULATOR], {});
  const endToEnd = phase("end_to_end", [...std, END_TO_END]);
  const integration = phase("integration", [...std, INTEGRATION, CHAOS]);
  const slow = await Promise.all([endToEnd, integration]);
  const phases = [fast, simulator, ...slow, await executablePhase(executable, std)];
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
