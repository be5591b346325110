import { queuesOf } from "../../../src/domain/shard.ts";
import { checkpointFromText } from "../../../src/broker/checkpoint_text.ts";
import type {
  CheckpointRecord,
  Chronicle,
  ProcessRecord,
  RuleState,
  Telling,
  Wrong,
} from "../chronicle.ts";
import { type Plan, type Setting, START } from "../plan.ts";
import { BrokerEnd } from "./broker_end.ts";
import { Machine } from "./machine.ts";
import { perform } from "./perform.ts";
import { PlatformApi } from "./platform_api.ts";
import type { Post } from "./posts.ts";
import { type Row, RuleTable } from "./rule_table.ts";
import type { SensorProcess } from "./sensor_process.ts";
import { Timeline } from "./timeline.ts";

const BASE = "sensor.core.timer_sensor";
export const EXCHANGE = "attune.events";
/** After the rules that were there before. */
const FIRST_START_MS = 10;
/** Whoever lost the lease may act so long, by what README says. */
const LEASE_MS = 4000;
/** Until all is as it should be, beside one interval of reading the rules: the longest pauses and time limits. */
const HEALING_MS = 35_000;

/** What machines are made of. */
export interface WorldParts {
  readonly seed: number;
  readonly setting: Setting;
  readonly timeline: Timeline;
  readonly api: PlatformApi;
  readonly broker: BrokerEnd;
  readonly variables: Readonly<Record<string, string>>;
  readonly records: ProcessRecord[];
}

/** One simulated world: the product's own daemons, on whatever the plan makes of everything around them. */
export class World {
  readonly timeline: Timeline = new Timeline(START);
  readonly rules: RuleTable;
  readonly api: PlatformApi;
  readonly broker: BrokerEnd;
  readonly machines: readonly Machine[];
  readonly #plan: Plan;
  readonly #states: RuleState[] = [];
  readonly #tellings: Telling[] = [];
  readonly #records: ProcessRecord[] = [];
  readonly #posts: Post[] = [];
  readonly #checkpoints: CheckpointRecord[] = [];
  readonly #wrongs: Wrong[] = [];
  /** When each process was last the lease's holder to the broker. */
  readonly #heldAt = new Map<SensorProcess, number>();

  constructor(plan: Plan) {
    const { setting, seed } = plan;
    const { timeline } = this;
    this.#plan = plan;
    this.rules = new RuleTable(() => this.apiNow);
    this.api = new PlatformApi({
      timeline,
      rules: this.rules,
      latencyMs: setting.latencyMs,
      skewMs: setting.apiSkewMs,
      watch: {
        sent: (process, post) => this.#sent(process, post),
        read: (process, ref, row) => this.#read(process, ref, row),
      },
    });
    this.broker = new BrokerEnd(timeline, {
      took: (queue, body) => this.#took(queue, body),
      said: (process) => this.#noteHolder(process),
    });
    this.broker.broker.host.declareExchange(EXCHANGE, {
      type: "topic",
      durable: true,
      autoDelete: false,
    });
    const parts: WorldParts = {
      seed,
      setting,
      timeline,
      api: this.api,
      broker: this.broker,
      records: this.#records,
      variables: {
        ATTUNE_API_URL: "http://api",
        ATTUNE_API_TOKEN: "token",
        ATTUNE_SENSOR_REF: "core.timer_sensor",
        ATTUNE_MQ_URL: "amqp://broker",
        ATTUNE_MQ_EXCHANGE: EXCHANGE,
        ATTUNE_CATCH_UP_WINDOW: `${setting.windowMs}ms`,
        ATTUNE_RECONCILE_INTERVAL: `${setting.reconcileMs}ms`,
      },
    };
    const count = setting.instances * setting.shards;
    this.machines = Array.from({ length: count }, (_, n) => new Machine(n + 1, parts));
  }

  /** The time on the API's clock. */
  get apiNow(): number {
    return this.timeline.now + this.#plan.setting.apiSkewMs;
  }

  /** When everything that is wrong ends, in true time. */
  get healsAt(): number {
    return START + this.#plan.lastsMs;
  }

  /** Does everything that the plan says, and lets all come to rest. */
  async run(): Promise<Chronicle> {
    const { timeline } = this;
    const { operations, setting } = this.#plan;
    for (const operation of operations) {
      timeline.at(START + operation.atMs, () => perform(operation, this));
    }
    for (const machine of this.machines) {
      timeline.at(START + FIRST_START_MS, () => machine.start());
    }
    timeline.at(this.healsAt, () => this.machines.forEach((machine) => machine.heal()));
    const endAt = this.healsAt + setting.reconcileMs + HEALING_MS;
    await timeline.runTo(endAt);
    this.#checkRest();
    const chronicle = {
      plan: this.#plan,
      rules: this.#states,
      tellings: this.#tellings,
      processes: structuredClone(this.#records),
      posts: this.#posts,
      checkpoints: this.#checkpoints,
      wrongs: [...this.#wrongs],
      endAt,
    };
    for (const { process } of this.machines) process?.kill();
    return chronicle;
  }

  /** A rule is as given from now on, or is no more. */
  note({ id: ruleId, ref }: Row, row: Row | null): void {
    const { now: at } = this.timeline;
    this.#states.push({ at, stampAt: this.apiNow, ruleId, ref, row });
  }

  /** A message about a rule reaches the queues. */
  told({ id: ruleId, version }: Row): void {
    this.#tellings.push({ at: this.timeline.now, ruleId, version });
  }

  #wrong(what: string, text: string): void {
    this.#wrongs.push({ at: this.timeline.now, what, text });
  }

  #recordOf({ number }: SensorProcess): ProcessRecord {
    const record = this.#records[number - 1];
    if (record === undefined) throw new Error(`There is no process ${number}`);
    return record;
  }

  #sent(process: SensorProcess, post: Post): void {
    const { occurrenceId, ruleId } = post;
    if (post.scheduledAt > this.#latestWall()) this.#wrong("early", occurrenceId);
    const own = this.#posts.filter((it) => it.process === process.number && it.ruleId === ruleId);
    if (own.some((it) => it.isUnderWay)) this.#wrong("two at once", occurrenceId);
    if (own.some((it) => it.isOrphan && it.isAnswered)) {
      this.#wrong("posted for nobody", occurrenceId);
    }
    if (this.#plan.setting.instances > 1) this.#checkLease(process, `posted ${occurrenceId}`);
    this.#posts.push(post);
  }

  /** The latest time that any sensor has seen: a clock may have been set back since. */
  #latestWall(): number {
    const walls = this.#records.flatMap(({ clock, endedAt }) =>
      clock.map(({ offsetMs }, index) =>
        Math.min(clock[index + 1]?.at ?? Infinity, endedAt, this.timeline.now) + offsetMs
      )
    );
    return Math.max(...walls);
  }

  #read(process: SensorProcess, ref: string, row: Row | null): void {
    const { id: ruleId = null, version = null } = row ?? {};
    this.#recordOf(process).readings.push({ at: this.timeline.now, ref, ruleId, version });
  }

  #took(queue: string, body: Uint8Array): void {
    if (!queue.endsWith(".checkpoint")) return;
    const { at: upTo } = checkpointFromText(new TextDecoder().decode(body));
    const { shards } = this.#plan.setting;
    const shard = shards === 1 ? 1 : Number(/\.(\d+)-\d+\.checkpoint$/.exec(queue)?.[1]);
    this.#checkpoints.push({ at: this.timeline.now, shard, upTo });
  }

  #noteHolder(process: SensorProcess): void {
    if (this.#plan.setting.instances > 1 && this.#isHolder(process)) {
      this.#heldAt.set(process, this.timeline.now);
    }
  }

  #isHolder(process: SensorProcess): boolean {
    const { shard: index } = this.#recordOf(process);
    const { lease } = queuesOf(BASE, { index, count: this.#plan.setting.shards });
    return this.broker.isConsumer(process, lease);
  }

  #checkLease(process: SensorProcess, deed: string): void {
    this.#noteHolder(process);
    const heldAt = this.#heldAt.get(process) ?? -Infinity;
    if (this.timeline.now - heldAt > LEASE_MS) this.#wrong("without the lease", deed);
  }

  #checkRest(): void {
    const { shards } = this.#plan.setting;
    for (let index = 1; index <= shards; index++) {
      const { outbox } = queuesOf(BASE, { index, count: shards });
      const { depth } = this.broker.broker.queue(outbox);
      if (depth > 0) this.#wrong("stuck", `${depth} events wait in the outbox`);
      const reigns = this.#records.filter((it) => it.shard === index && it.how === "running")
        .filter(({ reigns }) => reigns.at(-1)?.until === Infinity);
      if (reigns.length !== 1) {
        this.#wrong("stuck", `${reigns.length} sensors fire for shard ${index}`);
      }
    }
  }
}
