import * as z from "zod";
import type { SensorOptions } from "../support/sensor.ts";
import type { TcpProxy } from "../support/tcp_proxy.ts";
import type { Sleep } from "./broker.ts";
import type { Diary } from "./diary.ts";
import type { Span } from "./expected.ts";
import type { Cause, RoleWord, Takeover } from "./reigns.ts";
import { type Exit, Service, type Surroundings } from "./service.ts";
import { PATIENCE_MS } from "../support/patience.ts";

const POLL_MS = 10;

const Word = z.looseObject({ timestamp: z.iso.datetime(), message: z.string() });

/** One sensor of a crew. */
export interface Member {
  /** The host by which it calls the API: its events tell. */
  readonly name: string;
  readonly apiUrl: string;
  readonly mqUrl: string;
  /** Its link to the broker, where it has one of its own. */
  readonly brokerLink: TcpProxy | null;
  readonly sensor: SensorOptions;
}

interface Post extends Member {
  readonly service: Service;
}

/** What a crew needs. */
export interface CrewOptions {
  readonly around: Surroundings;
  readonly diary: Diary;
  readonly sleep: Sleep;
}

/** One sensor, or several that compete for the lease, each kept running as systemd would. */
export class Crew implements AsyncDisposable {
  /** What was said of the lease, in the order in which it was read, which is not that of the instants. */
  readonly words: RoleWord[] = [];
  readonly takeovers: Takeover[] = [];
  readonly first: Service;
  readonly #options: CrewOptions;
  readonly #posts: readonly Post[];
  #holder: Post | null = null;

  /** Starts them all. Throws a `RangeError` where there are none. */
  constructor(members: readonly Member[], options: CrewOptions) {
    this.#options = options;
    this.#posts = members.map((member) => this.#post(member));
    const [first] = this.#posts;
    if (first === undefined) throw new RangeError("A crew needs a member");
    this.first = first.service;
  }

  get services(): readonly Service[] {
    return this.#posts.map(({ service }) => service);
  }

  get gaps(): readonly Span[] {
    return this.services.flatMap(({ gaps }) => gaps);
  }

  get exits(): readonly Exit[] {
    return this.services.flatMap(({ exits }) => exits);
  }

  /** What all sensors so far wrote. */
  get log(): string {
    return this.#posts.map(({ name, service }) => `=== ${name}\n${service.log}`).join("\n");
  }

  /** Resolves once each is ready, and one holds the lease. */
  async ready(): Promise<void> {
    await Promise.all(this.services.map((service) => service.ready()));
    const isAlone = this.#posts.length === 1;
    await this.#until(() => isAlone || this.#holder !== null, "Nobody holds the lease");
  }

  /** Resolves once one holds the lease and another is ready to take over. */
  async doubled(): Promise<void> {
    const isDoubled = () => this.#posts.some((it) => it !== this.#holder && it.service.isReady);
    await this.#until(() => this.#holder !== null && isDoubled(), "Nobody stands by");
  }

  /** Asks all of them to stop, at the same time; no others start. */
  async stop(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
  }

  /** Kills the one that fires, and waits until another does; it starts again after the pause. */
  async kill(pauseMs?: number): Promise<void> {
    await this.#depose("kill", ({ service }) => service.kill(pauseMs));
  }

  /** Asks the one that fires to stop, and waits until another does; it starts again at once. */
  async handOver(): Promise<void> {
    await this.#depose("stop", ({ service }) => service.restart());
  }

  /** Stops the process that fires where it stands, until another one fires and for `ms` more. */
  async freeze(ms: number): Promise<void> {
    await this.#depose("freeze", async (post, taken) => {
      await post.service.freezeWhile(() => taken.then(() => this.#options.sleep(ms)));
      await this.#until(() => !this.#believes(post), "It still believes to hold the lease");
    });
  }

  /** Stops the process that fires where it stands, for less time than the broker needs to notice. */
  async freezeBriefly(ms: number): Promise<void> {
    const holder = await this.#present();
    await holder.service.freeze(ms);
    await this.#options.sleep(ms);
    if (this.#holder !== holder) throw new Error(`Another took over within ${ms} ms`);
  }

  /** Lets nothing pass between the one that fires and the broker, until another one fires and for `ms` more. */
  async cutOff(ms: number): Promise<void> {
    using _stall = this.#options.diary.stalled();
    await this.#depose("cut off", async ({ brokerLink }, taken) => {
      brokerLink?.freeze();
      try {
        await taken.then(() => this.#options.sleep(ms));
      } finally {
        brokerLink?.thaw();
      }
    });
  }

  /** Does something to the broker that ends each connection, and waits until somebody fires again. */
  async outlive(fault: () => Promise<void>): Promise<void> {
    const before = await this.#present();
    const from = Date.now();
    this.#options.diary.deposed(from);
    await fault();
    const backAt = Date.now();
    const { at } = await this.#heldSince(from, null);
    this.takeovers.push({
      cause: "broker",
      ms: Math.max(0, at - backAt),
      apartMs: this.#apartMs(before, from, at),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.services.map((service) => service[Symbol.asyncDispose]()));
  }

  #post(member: Member): Post {
    const { around } = this.#options;
    const service = new Service(member.sensor, {
      ...around,
      said: (line) => this.#said(post, line),
      ended: () => this.#ended(post),
    });
    const post: Post = { ...member, service };
    return post;
  }

  #said(post: Post, line: string): void {
    if (!/"message":"(Holding|Lost) the lease/.test(line)) return;
    const { timestamp, message } = Word.parse(JSON.parse(line));
    const kind = message.startsWith("Holding") ? "holds" : "lost";
    const at = Date.parse(timestamp);
    this.words.push({ member: post.name, kind, at });
    if (kind === "holds") {
      this.#holder = post;
    } else if (this.#holder === post) {
      this.#holder = null;
      this.#options.diary.deposed(at);
    }
  }

  #ended(post: Post): void {
    if (this.#holder === post) this.#holder = null;
  }

  /** Whether it said last of all that it holds the lease. */
  #believes({ name }: Post): boolean {
    return this.words.findLast(({ member }) => member === name)?.kind === "holds";
  }

  async #present(): Promise<Post> {
    await this.doubled();
    if (this.#holder === null) throw new Error("Nobody holds the lease");
    return this.#holder;
  }

  /** Does something to the one that fires, and waits until another does and the deed is done. */
  async #depose(
    cause: Cause,
    fault: (holder: Post, taken: Promise<void>) => Promise<void>,
  ): Promise<void> {
    const holder = await this.#present();
    const from = Date.now();
    if (cause === "kill") this.words.push({ member: holder.name, kind: "ended", at: from });
    this.#options.diary.deposed(from);
    const next = this.#heldSince(from, holder);
    const taken = next.then(() => {});
    const done = fault(holder, taken).then(() => Date.now());
    const [{ at }, doneAt] = await Promise.all([next, done]);
    // Who stops delivers first what it has in hand, and the API may be slow.
    const since = cause === "stop" ? Math.min(doneAt, at) : from;
    this.takeovers.push({ cause, ms: at - since, apartMs: this.#apartMs(holder, from, at) });
  }

  /** When somebody, or somebody else, first said that it holds the lease. */
  async #heldSince(from: number, except: Post | null): Promise<RoleWord> {
    const find = () =>
      this.words.find(({ kind, at, member }) =>
        kind === "holds" && at >= from && member !== except?.name
      );
    await this.#until(() => find() !== undefined, "Nobody took over");
    const found = find();
    if (found === undefined) throw new Error("Nobody took over");
    return found;
  }

  #apartMs({ name }: Post, from: number, heldAt: number): number | null {
    const lost = this.words.find(({ member, kind, at }) =>
      member === name && kind === "lost" && at >= from
    );
    return lost === undefined ? null : heldAt - lost.at;
  }

  async #until(holds: () => boolean, otherwise: string): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!holds()) {
      if (performance.now() > deadline) throw new Error(otherwise);
      await this.#options.sleep(POLL_MS);
    }
  }
}
