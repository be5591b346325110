import { detach } from "../ground/detach.ts";
import type { Backoff } from "../ground/backoff.ts";
import type { Clock } from "../ground/clock.ts";
import type { Tell } from "../ground/tell.ts";
import type { OutboundEvent, PostResult } from "../domain/event.ts";
import type { Outbox, Parcel } from "../domain/outbox.ts";
import type { RuleId } from "../domain/rule.ts";
import type { Circuit } from "./circuit.ts";
import type { DeliveryNews } from "./news.ts";
import type { DeliveryPorts } from "./ports.ts";
import type { Lanes } from "./lanes.ts";
import type { Lane } from "./lane.ts";
import type { OutboxLedger } from "./outbox_ledger.ts";
import { judge } from "./verdict.ts";

/** One request; for an event of the outbox if there is a parcel. */
export interface Attempt {
  readonly lane: Lane;
  readonly event: OutboundEvent;
  readonly parcel: Parcel | null;
}

/** What {@link Outcomes} works on. */
export interface OutcomesOptions {
  readonly lanes: Lanes;
  readonly ledger: OutboxLedger;
  readonly circuit: Circuit;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly backoff: Backoff;
  readonly isKnown: (ruleId: RuleId) => boolean;
  /** There may be something to do for a lane, at another time than that of the outcome. */
  readonly again: (lane: Lane) => void;
  readonly tell: Tell<DeliveryNews>;
  readonly ports: Pick<DeliveryPorts, "unauthorized" | "ruleGone">;
}

/** What comes of the answer to a request: for its event, for its lane and for the circuit. */
export class Outcomes {
  readonly #options: OutcomesOptions;
  readonly #tell: Tell<DeliveryNews>;
  /** The last one that was sent while the circuit was open, until that closes. */
  #probe: Attempt | null = null;

  constructor(options: OutcomesOptions) {
    this.#options = options;
    this.#tell = options.tell;
  }

  /** A request is sent while the circuit is open. */
  noteProbe(attempt: Attempt): void {
    this.#probe = attempt;
  }

  /** Takes the answer to a request. `isEnding`: what failed gets no further attempt. */
  conclude(attempt: Attempt, result: PostResult, isEnding: boolean): void {
    const { circuit } = this.#options;
    switch (result.kind) {
      case "stored":
        circuit.succeed();
        return this.#store(attempt, result);
      case "refused":
        circuit.succeed();
        return this.#refuse(attempt, result);
      case "unauthorized":
        this.#failCircuit(attempt, result.reason, null);
        this.#options.ports.unauthorized(result.reason);
        return void this.#letGo(attempt);
      case "retry":
        if (!isEnding) this.#fail(attempt, result);
        return;
      default:
        result satisfies never;
    }
  }

  #store(attempt: Attempt, result: PostResult & { kind: "stored" }): void {
    const { event, parcel } = attempt;
    this.#tell({ kind: "event_stored", event, result, parkedAt: parcel?.parkedAt ?? null });
    if (result.ruleGone) this.#options.ports.ruleGone(event);
    this.#advance(attempt);
  }

  /** The event has come to its end. */
  #advance({ lane, event, parcel }: Attempt): void {
    if (parcel === null) {
      if (lane.isUncertain) this.#options.ledger.remember(event);
      return this.#options.lanes.shift(lane);
    }
    lane.forgetFailures();
    this.#options.ledger.pass(lane);
    this.#options.ledger.takeOut(lane, parcel);
  }

  /** Whether an event that failed is not to be tried again: then it is the first no longer. */
  #letGo(attempt: Attempt): boolean {
    const { lane, event, parcel } = attempt;
    if (parcel?.isVoid) {
      // The outbox hands it out again.
      this.#options.ledger.pass(lane);
      return true;
    }
    if (this.#options.isKnown(event.ruleId)) return false;
    this.#tell({ kind: "event_discarded", event });
    this.#advance(attempt);
    return true;
  }

  #refuse(attempt: Attempt, { reason, status }: { reason: string; status: number | null }): void {
    const { lane, event, parcel } = attempt;
    this.#tell({ kind: "event_refused", event, reason, status });
    const buried = this.#options.outbox.bury(event, reason)
      .catch((error) => this.#tell({ kind: "event_unburied", event, error }));
    if (parcel === null || parcel.isVoid) return this.#advance(attempt);
    // Not taken out of the outbox before it is safe elsewhere; meanwhile the next one has its turn.
    this.#options.ledger.remember(event);
    lane.forgetFailures();
    this.#options.ledger.pass(lane);
    detach(buried.then(() => {
      this.#options.ledger.takeOut(lane, parcel);
      this.#options.again(lane);
    }));
  }

  #fail(attempt: Attempt, result: PostResult & { kind: "retry" }): void {
    const { reason, retryAfterMs } = result;
    const { lane, event, parcel } = attempt;
    const { circuit, ledger } = this.#options;
    const { isClosed } = circuit;
    if (!isClosed) {
      lane.forgetFailures();
      this.#failCircuit(attempt, reason, retryAfterMs);
    }
    if (this.#letGo(attempt) || !isClosed) return;
    const failures = lane.noteFailure(circuit.successes);
    const verdict = judge({
      failures,
      othersPass: lane.othersPass(circuit.successes),
      retryAfterMs,
      isParcel: parcel !== null,
    });
    if (verdict === "retry") return this.#retryLater(attempt, failures, result);
    if (verdict === "give up") {
      const why = `${reason} (${failures} attempts, while other events got through)`;
      return this.#refuse(attempt, { reason: why, status: null });
    }
    if (parcel === null && lane.spend()) this.#tell({ kind: "event_spent", event, reason });
    if (verdict === "down") circuit.fail(reason, retryAfterMs);
    else if (!ledger.isOpen) this.#retryLater(attempt, failures, result);
  }

  /** What was sent before the circuit opened says nothing new. */
  #failCircuit(attempt: Attempt, reason: string, retryAfterMs: number | null): void {
    if (attempt === this.#probe || this.#options.circuit.isClosed) {
      this.#options.circuit.fail(reason, retryAfterMs);
    }
  }

  #retryLater(
    { lane, event }: Attempt,
    failures: number,
    { reason, retryAfterMs }: PostResult & { kind: "retry" },
  ): void {
    const delayMs = Math.max(this.#options.backoff(failures), retryAfterMs ?? 0);
    this.#tell({ kind: "event_retrying", event, reason, delayMs });
    lane.retryAfter(this.#options.clock.alarm(delayMs, () => {
      lane.endRetry();
      this.#options.again(lane);
    }));
  }
}
