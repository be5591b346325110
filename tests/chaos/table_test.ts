import { assertEquals } from "@std/assert";
import type { Outcome } from "./run_scenario.ts";
import { footer, header, row, tableOf } from "./table.ts";

const FAULTS = {
  lost: ["a", "b"],
  unexplained: [],
  differing: [],
  early: [],
  stray: [],
  disordered: ["c"],
  overcounted: [],
};

const FAILED: Outcome = {
  name: "sensor_kill_in_outage",
  rounds: 12,
  counts: { sensorKills: 24, brokerFaults: 2, brokerKills: 1, outages: 12 },
  verdict: {
    expected: 1234,
    stored: 1300,
    stoodFor: 5,
    repeated: 66,
    maxLateMs: 4321,
    faults: FAULTS,
  },
  takeovers: [],
  trespasses: null,
  problems: ["2 lost: a, b"],
  logPath: "/tmp/log",
};
const BROKEN: Outcome = { ...FAILED, name: "calm", verdict: null };
const PASSED: Outcome = { ...FAILED, problems: [], logPath: null };

Deno.test("The table has a row a scenario, under its header", () => {
  assertEquals([header("alone"), ...[PASSED, FAILED, BROKEN].map((it) => row("alone", it))], [
    "scenario              rounds kills broker  API expected  stored stood for  lost again unexpl. other id early order ms late",
    "sensor_kill_in_outage     12    24      2   12     1234    1300         5     2    66       0        0     0     1    4321  ok",
    "sensor_kill_in_outage     12    24      2   12     1234    1300         5     2    66       0        0     0     1    4321  FAILED",
    "calm                      12    24      2   12        -       -         -     -     -       -        -     -     -       -  FAILED",
  ]);
});

Deno.test("The table ends with what was done and how many scenarios passed", () => {
  assertEquals(
    footer([PASSED, FAILED, PASSED]),
    "72 sensor kills, 3 broker kills, 36 API outages, 0 takeovers\n2 passed, 1 failed",
  );
});

Deno.test("The table of several sensors tells how fast the lease went from one to the next", () => {
  const several: Outcome = {
    ...PASSED,
    name: "ha_kill",
    takeovers: [
      { cause: "kill", ms: 90, apartMs: null },
      { cause: "kill", ms: 230, apartMs: null },
      { cause: "cut off", ms: 120, apartMs: 15 },
      { cause: "freeze", ms: 120, apartMs: -900 },
    ],
    trespasses: 3,
  };
  assertEquals([header("several"), row("several", several)], [
    "scenario              rounds takeovers median ms max ms ms apart expected  stored stood for  lost again unexpl. other id early order ms late no lease",
    "ha_kill                   12         4       120    230       15     1234    1300         5     2    66       0        0     0     1    4321        3  ok",
  ]);
});

Deno.test("A scenario has its row in the table of one sensor, unless several compete", () => {
  assertEquals([tableOf({}), tableOf({ instances: 2 })], ["alone", "several"]);
});
