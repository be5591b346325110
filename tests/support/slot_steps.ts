import fc from "fast-check";

/** What is done to a slot. */
type SlotStep =
  | { readonly op: "set"; readonly slot: number; readonly key: number }
  | { readonly op: "remove"; readonly slot: number };

/** Keeps slots by their keys. */
interface SlotKeeper {
  set(slot: number, key: number): void;
  remove(slot: number): void;
}

/** Up to 400 steps with slots up to `maxSlot`. */
export function slotSteps(maxSlot: number, key: fc.Arbitrary<number>): fc.Arbitrary<SlotStep[]> {
  const slot = fc.nat(maxSlot);
  const step = fc.oneof(
    fc.record({ op: fc.constant("set" as const), slot, key }),
    fc.record({ op: fc.constant("remove" as const), slot }),
  );
  return fc.array(step, { maxLength: 400 });
}

/** Takes a step, and the same in a model. */
export function takeStep(step: SlotStep, keeper: SlotKeeper, model: Map<number, number>): void {
  if (step.op === "set") {
    keeper.set(step.slot, step.key);
    model.set(step.slot, step.key);
  } else {
    keeper.remove(step.slot);
    model.delete(step.slot);
  }
}
