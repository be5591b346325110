import { apiError } from "./answers.ts";
import type { FlatSchema } from "./params.ts";
import type { Stamps } from "./stamps.ts";
import { TRIGGERS } from "./trigger_definitions.ts";

/** A trigger as `GET /api/v1/triggers/{ref}` shows it. */
export interface TriggerRow {
  readonly id: number;
  readonly ref: string;
  readonly pack: number;
  readonly pack_ref: string;
  readonly label: string;
  readonly description: string;
  /** The row that is started for its rules; `null` where none is. */
  readonly sensor: number | null;
  readonly sensor_ref: string | null;
  readonly enabled: boolean;
  readonly param_schema: FlatSchema | null;
  readonly out_schema: FlatSchema;
  readonly webhook_enabled: boolean;
  readonly is_adhoc: boolean;
  readonly created: string;
  readonly updated: string;
}

const CORE_PACK_ID = 1;
const TIMER_SENSOR = { sensor: 1, sensor_ref: "core.timer_sensor" };
const NO_SENSOR = { sensor: null, sensor_ref: null };

/** The triggers that this platform knows. */
export class Triggers {
  readonly #rows = new Map<string, TriggerRow>();

  /** `refs` names the triggers to offer. */
  constructor(refs: readonly string[], stamps: Stamps) {
    const known = TRIGGERS.map(({ ref }) => ref);
    const strange = refs.find((ref) => !known.includes(ref));
    if (strange !== undefined) {
      throw new RangeError(`Unknown trigger '${strange}', expected one of ${known.join(", ")}`);
    }
    TRIGGERS.forEach(({ ref, label, description, paramSchema, outSchema, isTimer }, index) => {
      if (!refs.includes(ref)) return;
      const stamp = stamps.next();
      this.#rows.set(ref, {
        id: index + 1,
        ref,
        pack: CORE_PACK_ID,
        pack_ref: "core",
        label,
        description,
        ...(isTimer ? TIMER_SENSOR : NO_SENSOR),
        enabled: true,
        param_schema: paramSchema,
        out_schema: outSchema,
        webhook_enabled: false,
        is_adhoc: false,
        created: stamp,
        updated: stamp,
      });
    });
  }

  /** The trigger with this ref, if there is one. */
  find(ref: string): TriggerRow | undefined {
    return this.#rows.get(ref);
  }

  /** The trigger with this ref. Throws 404 NOT_FOUND. */
  get(ref: string): TriggerRow {
    const row = this.#rows.get(ref);
    if (row === undefined) throw apiError("NOT_FOUND", `Trigger '${ref}' not found`);
    return row;
  }
}
