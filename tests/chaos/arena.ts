import { sleep, systemClock } from "../../src/ground/clock.ts";
import { AmqpPublisher } from "../../src/dev/platform/amqp_publisher.ts";
import type { Publish } from "../../src/dev/platform/messages.ts";
import { type Platform, startPlatform } from "../../src/dev/platform/platform.ts";
import type { RuleDraft } from "../../src/dev/platform/rule_shapes.ts";
import type { RabbitMq } from "../support/rabbitmq.ts";
import type { SensorOptions } from "../support/sensor.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { Arrivals } from "./arrivals.ts";
import { Broker, type Sleep } from "./broker.ts";
import { Crew, type Member } from "./crew.ts";
import { Diary } from "./diary.ts";
import type { Span } from "./expected.ts";
import { outage, type OutageKind } from "./outages.ts";
import type { Random } from "./random.ts";
import { RuleLedger } from "./rule_ledger.ts";
import { SensorClock } from "./sensor_clock.ts";
import { trespasses } from "./reigns.ts";
import type { Service } from "./service.ts";
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
  /** How many sensors compete for the lease; 0 for one alone, which needs none. */
  readonly instances: number;
  /** Ends every wait. */
  readonly signal: AbortSignal;
}

/** What was found in the end. */
export interface Findings {
  readonly verdict: Verdict;
  /** Events that are not of the form they should be. */
  readonly malformed: readonly string[];
  /** Events of sensors that did not hold the lease, or of which another had already taken it. */
  readonly trespasses: readonly string[];
}

/** A sensor with a world around it in which things go wrong. */
export interface Arena extends AsyncDisposable {
  readonly diary: Diary;
  readonly platform: Platform;
  readonly ledger: RuleLedger;
  readonly broker: Broker;
  /** The one that is alone; the first one where several compete. */
  readonly sensor: Service;
  /** All sensors. */
  readonly crew: Crew;
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
  const { rabbit, hasOwnClock, instances, signal } = options;
  await using stack = new AsyncDisposableStack();
  const wait = (ms: number) => sleep(systemClock, ms, signal);
  const diary = new Diary();
  const broker = new Broker(rabbit, diary, wait);
  const clock = stack.use(new SensorClock());
  const publisher = stack.use(new AmqpPublisher({ url: rabbit.url(), exchange: EXCHANGE }));
  stack.defer(() => broker.deleteQueues(SENSOR_REF));
  stack.defer(() => broker.restore());
  const platform = stack.use(
    await startPlatform({ older: true, publish: rulesOnly(publisher.publish) }),
  );
  const arrivals = new Arrivals();
  stack.use(platform.events.subscribe((event) => arrivals.take(event)));
  const ledger = new RuleLedger();
  for (const draft of options.drafts) ledger.found(platform.rules.silently.create(draft));
  const from = clock.now();
  const token = await platform.sensorToken({ sensorRef: SENSOR_REF });
  const places = instances === 0
    ? [{ name: "", apiUrl: platform.url, mqUrl: broker.url, brokerLink: null }]
    : await placesOf(instances, platform, broker, stack);
  const crew = stack.use(
    new Crew(
      places.map((place) => ({
        ...place,
        sensor: {
          ...place,
          token,
          env: environment(instances),
          ...hasOwnClock ? steppedBy(clock) : {},
        },
      })),
      {
        around: { now: () => clock.now(), killed: () => diary.sensorKilled(), signal },
        diary,
        sleep: wait,
      },
    ),
  );
  const closing = stack.move();
  return {
    diary,
    platform,
    ledger,
    broker,
    sensor: crew.first,
    crew,
    clock,
    sleep: wait,
    outage: (random, kind, ms) => outage({ platform, diary, random, sleep: wait }, kind, ms),
    findings(must) {
      const gaps = [...crew.gaps, ...clock.gaps];
      const occurrences = ledger.occurrences(must, { from, until: clock.reachedAt }, gaps);
      const { all, malformed } = arrivals;
      const { disturbances } = diary;
      const verdict = judge({ occurrences, arrivals: all, disturbances, hasOwnClock });
      return {
        verdict,
        malformed,
        trespasses: instances === 0 ? [] : trespassesOf(crew, platform),
      };
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

function environment(instances: number): Record<string, string> {
  return {
    ATTUNE_MQ_EXCHANGE: EXCHANGE,
    ATTUNE_SENSOR_REF: SENSOR_REF,
    // With this it does not outlive us, even if somebody kills us.
    ATTUNE_SENSOR_ID: "1",
    ...instances === 0 ? {} : { ATTUNE_HA: "true" },
  };
}

/** Links of its own for each of several sensors: to be cut, and to tell by its events which one it is. */
async function placesOf(
  instances: number,
  platform: Platform,
  broker: Broker,
  stack: AsyncDisposableStack,
): Promise<Omit<Member, "sensor">[]> {
  const places: Omit<Member, "sensor">[] = [];
  while (places.length < instances) {
    const api = stack.use(await TcpProxy.start(Number(new URL(platform.url).port)));
    const brokerLink = stack.use(await TcpProxy.start(broker.port));
    const name = `127.0.0.1:${api.port}`;
    places.push({
      name,
      apiUrl: `http://${name}`,
      mqUrl: broker.urlAt(brokerLink.port),
      brokerLink,
    });
  }
  return places;
}

function trespassesOf({ words }: Crew, { events }: Platform): string[] {
  const deeds = events.all.map(({ headers, receivedAt }) => ({
    member: headers["host"] ?? "",
    at: receivedAt,
    name: headers["idempotency-key"] ?? "",
  }));
  return trespasses(words, deeds);
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
