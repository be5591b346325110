import * as z from "zod";
import { wildcard } from "./wildcard.ts";

const Common = z.object({
  /** Only requests with this method. */
  method: z.string().optional(),
  /** Only requests for this path; `*` stands for anything. */
  path: z.string().default("*"),
  /** How many requests it strikes; without it, all until it is cleared. */
  times: z.int().positive().optional(),
  /** The share of fitting requests that it strikes. */
  probability: z.number().min(0).max(1).default(1),
  /** Of the dice, where the probability is below 1: the same seed strikes the same requests. */
  seed: z.int().default(1),
  /** Strike when the request has had its effect and only the answer is missing; else before. */
  after_commit: z.boolean().default(false),
});

/** The JSON of a fault. */
export const FaultRequest = z.discriminatedUnion("kind", [
  Common.extend({ kind: z.literal("latency"), ms: z.number().min(0) }).strict(),
  Common.extend({ kind: z.literal("hang") }).strict(),
  Common.extend({ kind: z.literal("reset") }).strict(),
  Common.extend({
    kind: z.literal("answer"),
    status: z.int().min(200).max(599),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.string().default(""),
  }).strict(),
  Common.extend({
    kind: z.literal("garbage"),
    form: z.enum(["text", "truncated", "wrong_type", "cut"]),
  }).strict(),
]);

/**
 * What goes wrong with some requests, as code or as the JSON of `POST /_dev/faults`:
 * - `latency` of `ms`, then things go on;
 * - `hang`: no answer, ever;
 * - `reset`: the connection is reset (TCP RST). Deno's `fetch` by itself sends a request once more, also a POST,
 *   when the connection was used before and the body is no stream: a single reset may go unnoticed, and
 *   one after the effect doubles it;
 * - `answer`: this one instead of the platform's, as a proxy before it might give;
 * - `garbage`: the platform's answer spoilt on its way: a `text` that is no JSON, `truncated` JSON, JSON of
 *   the `wrong_type`, or a connection `cut` in the middle of the body.
 */
export type FaultSpec = z.input<typeof FaultRequest>;

/** A {@link FaultSpec} with everything filled in. */
export type Fault = z.output<typeof FaultRequest>;

/** A fault in force. Disposing of it clears it. */
export interface ActiveFault extends Disposable {
  readonly fault: Fault;
  /** How many requests it struck. */
  readonly hits: number;
}

/** The faults in force. */
export class Faults {
  readonly #active = new Set<Strike>();

  /** The faults in force, oldest first. */
  get all(): readonly ActiveFault[] {
    return [...this.#active];
  }

  /** Puts a fault in force. Throws a `ZodError`. */
  add(spec: FaultSpec): ActiveFault {
    const strike = new Strike(FaultRequest.parse(spec), () => this.#active.delete(strike));
    this.#active.add(strike);
    return strike;
  }

  /** Clears every fault. */
  clear(): void {
    this.#active.clear();
  }

  /** The faults that strike this request: any delays, then at most one of the others. */
  take(method: string, path: string): readonly Fault[] {
    const struck: Fault[] = [];
    for (const strike of this.#active) {
      if (!strike.strikes(method, path)) continue;
      struck.push(strike.fault);
      if (strike.fault.kind !== "latency") break;
    }
    return struck;
  }
}

class Strike implements ActiveFault {
  readonly fault: Fault;
  readonly #pattern: RegExp;
  readonly #dice: () => number;
  readonly #clear: () => void;
  #hits = 0;

  constructor(fault: Fault, clear: () => void) {
    this.fault = fault;
    this.#pattern = wildcard(fault.path);
    this.#dice = diceOf(fault.seed);
    this.#clear = clear;
  }

  get hits(): number {
    return this.#hits;
  }

  strikes(method: string, path: string): boolean {
    if (this.fault.method !== undefined && this.fault.method !== method) return false;
    if (!this.#pattern.test(path) || this.#dice() >= this.fault.probability) return false;
    this.#hits++;
    if (this.#hits === this.fault.times) this.#clear();
    return true;
  }

  [Symbol.dispose](): void {
    this.#clear();
  }
}

// A linear congruential generator (Numerical Recipes): enough for dice, and the same everywhere.
function diceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
