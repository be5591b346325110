import type { Circuit } from "./circuit.ts";
import type { Lanes } from "./lanes.ts";
import type { Phase, World } from "./next_step.ts";
import type { OutboxLedger } from "./outbox_ledger.ts";

/** What decides over lanes, as it is whenever it is asked. */
export function worldOf({ phase, circuit, ledger, lanes }: {
  phase: () => Phase;
  circuit: Circuit;
  ledger: OutboxLedger;
  lanes: Lanes;
}): World {
  return {
    get phase() {
      return phase();
    },
    get isCircuitClosed() {
      return circuit.isClosed;
    },
    get isOutboxOpen() {
      return ledger.isOpen;
    },
    get hasInherited() {
      return ledger.hasInherited;
    },
    get waiting() {
      return lanes.waiting;
    },
  };
}
