import { BareTimer } from "../support/bare_timer.ts";
import type { RabbitMq } from "../support/rabbitmq.ts";
import { type Arena, type Findings, openArena } from "./arena.ts";
import type { Diary } from "./diary.ts";
import type { Span } from "./expected.ts";
import { mixOf } from "./mix.ts";
import { Random } from "./random.ts";
import { problemsOfTakeovers, type Takeover } from "./reigns.ts";
import { type Scenario, USUAL_WARM_UP_MS } from "./scenario.ts";
import type { Exit } from "./service.ts";
import { FAULT_NAMES, type Verdict } from "./verdict.ts";

/** How a scenario is run. */
export interface RunOptions {
  readonly rabbit: RabbitMq;
  readonly seed: number;
  readonly rounds: number;
  /** Ends it before its time. */
  readonly signal: AbortSignal;
}

/** What came of a scenario. */
export interface Outcome {
  readonly name: string;
  readonly rounds: number;
  readonly counts: Pick<Diary, "sensorKills" | "brokerKills" | "brokerFaults" | "outages">;
  /** `null`: it did not get that far. */
  readonly verdict: Verdict | null;
  readonly takeovers: readonly Takeover[];
  /** `null`: only one sensor, or it did not get that far. */
  readonly trespasses: number | null;
  /** Nothing where all is well. */
  readonly problems: readonly string[];
  /** What the sensors wrote, where something is wrong. */
  readonly logPath: string | null;
}

const INTERVALS = 24;
/** How long the sensor may need to make up for everything once all is well again. */
const PATIENCE_MS = 90_000;
/** Longer than the sensor pauses between looks at an API that was down. */
const STUCK_MS = 40_000;
const LOOK_MS = 250;
/** What comes again comes within this. */
const QUIET_MS = 1500;
/** Beside its rounds. */
const EXTRA_LIMIT_MS = 180_000;
/** A round may take so many times what it is meant to. */
const ROUND_LIMIT = 4;
/** Not late, where nobody else is busy on the machine. */
const PROMPT_MS = 500;
/** In which a sensor must have ended, or the platform kills it. */
const STOP_LIMIT_MS = 5000;
const MAX_OFFENDERS = 5;

/** Runs a scenario from the start of its first sensor to the end of its last. Never rejects. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<Outcome> {
  const { rabbit, rounds } = options;
  const random = new Random(`${options.seed} ${scenario.name}`);
  const limitMs = EXTRA_LIMIT_MS + rounds * scenario.roundMs * ROUND_LIMIT;
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(limitMs)]);
  const drafts = mixOf({
    random,
    now: Date.now(),
    spanMs: rounds * scenario.roundMs,
    intervals: INTERVALS,
    onMissed: ["all", "latest"],
    ...scenario.mix,
  });
  const { hasOwnClock = false, instances = 0 } = scenario;
  let arena: Arena | undefined;
  let findings: Findings | null = null;
  const problems: string[] = [];
  await using bare = scenario.isCalm ? await BareTimer.start() : null;
  try {
    await using open = await openArena({ rabbit, drafts, hasOwnClock, instances, signal });
    arena = open;
    findings = await play(scenario, { arena: open, random, rounds });
  } catch (error) {
    problems.push(`broke off: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (findings !== null) problems.push(...problemsOf(findings, bare));
  if (arena !== undefined) {
    problems.push(...problemsOfExits(scenario, arena.crew.exits));
    problems.push(...problemsOfTakeovers(arena.crew.takeovers));
  }
  const { sensorKills = 0, brokerKills = 0, brokerFaults = 0, outages = 0 } = arena?.diary ?? {};
  return {
    name: scenario.name,
    rounds,
    counts: { sensorKills, brokerKills, brokerFaults, outages },
    verdict: findings?.verdict ?? null,
    takeovers: arena?.crew.takeovers ?? [],
    trespasses: instances === 0 ? null : findings?.trespasses.length ?? null,
    problems,
    logPath: problems.length === 0 ? null : await keep(scenario, problems, findings, arena),
  };
}

async function play(
  scenario: Scenario,
  { arena, random, rounds }: { arena: Arena; random: Random; rounds: number },
): Promise<Findings> {
  const { crew, clock } = arena;
  await crew.ready();
  const from = clock.now();
  await arena.sleep(scenario.warmUpMs ?? USUAL_WARM_UP_MS);
  for (let round = 0; round < rounds; round++) await scenario.round(arena, random.fork());
  const must = { from, until: clock.reachedAt };
  await settled(arena, must);
  await crew.stop();
  return arena.findings(must);
}

/** Waits until everything has come, or until nothing more comes. */
async function settled(arena: Arena, must: Span): Promise<void> {
  const startedAt = performance.now();
  let [left, changedAt] = [Infinity, startedAt];
  for (;;) {
    const now = performance.now();
    const { lost } = arena.findings(must).verdict.faults;
    if (lost.length < left) changedAt = now;
    left = lost.length;
    if (left === 0) return await arena.sleep(QUIET_MS);
    if (now - changedAt > STUCK_MS || now - startedAt > PATIENCE_MS) return;
    await arena.sleep(LOOK_MS);
  }
}

/** What is wrong; late is what is late where a bare timer is not, in a scenario that has one. */
function problemsOf(
  { verdict, malformed, trespasses }: Findings,
  bare: BareTimer | null,
): string[] {
  const { faults, maxLateMs } = verdict;
  const problems = FAULT_NAMES.flatMap((name) => told(name, faults[name]));
  problems.push(...told("malformed", malformed), ...told("without the lease", trespasses));
  if (bare !== null && (maxLateMs ?? 0) > bare.limitMs(PROMPT_MS)) {
    problems.push(`late by ${maxLateMs} ms`);
  }
  return problems;
}

function told(name: string, offenders: readonly string[]): string[] {
  if (offenders.length === 0) return [];
  const shown = offenders.slice(0, MAX_OFFENDERS).join(", ");
  return [
    `${offenders.length} ${name}: ${shown}${offenders.length > MAX_OFFENDERS ? ", ..." : ""}`,
  ];
}

function problemsOfExits({ ownExits = [] }: Scenario, exits: readonly Exit[]): string[] {
  return exits.flatMap(({ code, signal, tookMs }) => {
    switch (signal) {
      case null:
        return ownExits.includes(code) ? [] : [`A sensor ended by itself with code ${code}`];
      case "SIGTERM":
        return [
          ...code === 0 ? [] : [`A sensor ended with code ${code} at SIGTERM`],
          ...tookMs <= STOP_LIMIT_MS ? [] : [`A sensor took ${Math.round(tookMs)} ms to stop`],
        ];
      default:
        return [];
    }
  });
}

/** Writes down what may help to find out why. Returns where. */
async function keep(
  { name }: Scenario,
  problems: readonly string[],
  findings: Findings | null,
  arena: Arena | undefined,
): Promise<string> {
  const path = await Deno.makeTempFile({ prefix: `chaos_${name}_`, suffix: ".log" });
  const events = arena?.platform.events.all.map((event) => JSON.stringify(event)) ?? [];
  await Deno.writeTextFile(
    path,
    [
      ...problems,
      "=== findings",
      JSON.stringify(findings, null, 2),
      "=== what was done",
      JSON.stringify(arena?.diary.disturbances),
      JSON.stringify(arena?.crew.gaps),
      JSON.stringify(arena?.crew.words),
      JSON.stringify(arena?.crew.takeovers),
      "=== sensors",
      arena?.crew.log ?? "",
      "=== events",
      ...events,
    ].join("\n"),
  );
  return path;
}
