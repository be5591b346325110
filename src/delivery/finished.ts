import { Recent } from "../collections/recent.ts";
import type { OutboundEvent } from "../domain/event.ts";

/** More than can be handed out, or be on its way into the outbox, at one time. */
const REMEMBERED = 10_000;

/** Events that are over although the outbox may hand them out once more. */
export class Finished {
  /** What has been taken out: the outbox need not have learnt of that when it went down. */
  readonly #takenOut = new Recent(REMEMBERED);
  /** What may be there all the same, behind very many that are taken out before. */
  readonly #maybeThere = new Recent(REMEMBERED);

  noteTakenOut({ occurrenceId }: OutboundEvent): void {
    this.#takenOut.add(occurrenceId);
  }

  noteMaybeThere({ occurrenceId }: OutboundEvent): void {
    this.#maybeThere.add(occurrenceId);
  }

  has({ occurrenceId }: OutboundEvent): boolean {
    return this.#takenOut.has(occurrenceId) || this.#maybeThere.has(occurrenceId);
  }
}
