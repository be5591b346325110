import { sleep, systemClock } from "../../src/clock.ts";
import { AmqpPublisher } from "../../src/dev/platform/amqp_publisher.ts";
import type { Publish } from "../../src/dev/platform/messages.ts";
import { type Platform, startPlatform } from "../../src/dev/platform/platform.ts";
import type { RuleDraft } from "../../src/dev/platform/rule_shapes.ts";
import type { RabbitMq } from "../support/rabbitmq.ts";
import type { SensorOptions } from "../support/sensor.ts";
import { Arrivals } from "./arrivals.ts";
import { Broker, type Sleep } from "./broker.ts";
import { Diary } from "./diary.ts";
import type { Span } from "./expected.ts";
import { outage, type OutageKind } from "./outages.ts";
import type { Random } from "./random.ts";
import { RuleLedger } from "./rule_ledger.ts";
import { SensorClock } from "./sensor_clock.ts";
import { Service } from "./service.ts";
import { judge, type Verdict } from "./verdict.ts";

/** The outbox and the checkpoint belong to it. */
const SENSOR_REF = "core.timer_sensor";
const EXCHANGE = "attune.events";

/** What an arena is opened with. */
export interface ArenaOptions {
  readonly rabbit: RabbitMq;
  /** The rules that are there before the first sensor. */
  readonly drafts: readonly RuleDraft[];
  /** Whether the sensor goes by a clock that can be set. */
  readonly hasOwnClock: boolean;
  /** Ends every wait. */
  readonly signal: AbortSignal;
}

/** What was found in the end. */
export interface Findings {
  readonly verdict: Verdict;
  /** Events that are not of the form they should be. */
  readonly malformed: readonly string[];
}

/** A sensor with a world around it in which things go wrong. */
export interface Arena extends AsyncDisposable {
  readonly diary: Diary;
  readonly platform: Platform;
  readonly ledger: RuleLedger;
  readonly broker: Broker;
  readonly sensor: Service;
  readonly clock: SensorClock;
  /** Waits, or rejects when the scenario is to end. */
  readonly sleep: Sleep;
  /** Lets the API fail for a while. */
  outage(random: Random, kind: OutageKind, ms: number): Promise<void>;
  /** Compares what was due while `must`, by the sensor's clock, with what was stored. */
  findings(must: Span): Findings;
}

/** Opens an arena, with a sensor that is starting. */
export async function openArena(options: ArenaOptions): Promise<Arena> {
  const { rabbit, hasOwnClock, signal } = options;
  await using stack = new AsyncDisposableStack();
  const wait = (ms: number) => sleep(systemClock, ms, signal);
  const diary = new Diary();
  const broker = new Broker(rabbit, diary, wait);
  const clock = stack.use(new SensorClock());
  const publisher = stack.use(new AmqpPublisher({ url: rabbit.url(), exchange: EXCHANGE }));
  stack.defer(() => broker.deleteQueues(SENSOR_REF));
  stack.defer(() => broker.restore());
  const platform = stack.use(await startPlatform({ publish: rulesOnly(publisher.publish) }));
  const arrivals = new Arrivals();
  stack.use(platform.events.subscribe((event) => arrivals.take(event)));
  const ledger = new RuleLedger();
  for (const draft of options.drafts) ledger.found(platform.rules.silently.create(draft));
  const from = clock.now();
  const sensor = stack.use(
    new Service({
      apiUrl: platform.url,
      mqUrl: broker.url,
      token: await platform.sensorToken({ sensorRef: SENSOR_REF }),
      env: {
        ATTUNE_MQ_EXCHANGE: EXCHANGE,
        ATTUNE_SENSOR_REF: SENSOR_REF,
        // With this it does not outlive us, even if somebody kills us.
        ATTUNE_SENSOR_ID: "1",
      },
      ...hasOwnClock ? steppedBy(clock) : {},
    }, { now: () => clock.now(), killed: () => diary.sensorKilled(), signal }),
  );
  const closing = stack.move();
  return {
    diary,
    platform,
    ledger,
    broker,
    sensor,
    clock,
    sleep: wait,
    outage: (random, kind, ms) => outage({ platform, diary, random, sleep: wait }, kind, ms),
    findings(must) {
      const gaps = [...sensor.gaps, ...clock.gaps];
      const occurrences = ledger.occurrences(must, { from, until: clock.reachedAt }, gaps);
      const { all, malformed } = arrivals;
      const { disturbances } = diary;
      const verdict = judge({ occurrences, arrivals: all, disturbances, hasOwnClock });
      return { verdict, malformed };
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

/** Nobody here hears of events, and the API would wait for a broker that is frozen. */
function rulesOnly(publish: Publish): Publish {
  return (routingKey, message) => {
    if (routingKey.startsWith("rule.")) return publish(routingKey, message);
  };
}

function steppedBy({ path }: SensorClock): Pick<SensorOptions, "entry" | "flags" | "args"> {
  return {
    entry: "tests/chaos/stepped_sensor.ts",
    flags: [`--allow-read=${path}`],
    args: [path],
  };
}
