import type { Arena } from "../arena.ts";
import type { Random } from "../random.ts";

const PREFIX = "chaos.changing";
const MOST_RULES = 1000;

/** Makes a rule, or changes, disables or enables one that it made. */
export async function changeRule(arena: Arena, random: Random): Promise<void> {
  const { ledger, platform: { rules } } = arena;
  const made = rules.silently.page(0, MOST_RULES).filter(({ ref }) => ref.startsWith(PREFIX));
  const trigger_params = { interval: random.between(1, 3), unit: "seconds", on_missed: "all" };
  if (made.length === 0 || random.chance(0.3)) {
    const ref = `${PREFIX}${made.length}`;
    const trigger_ref = "core.intervaltimer";
    return ledger.changed(await rules.create({ ref, trigger_ref, trigger_params }));
  }
  const { ref, enabled } = random.pick(made);
  if (!enabled) return ledger.changed(await rules.enable(ref));
  if (random.chance(0.4)) return ledger.changed(await rules.disable(ref));
  ledger.changed(await rules.update(ref, { trigger_params }));
}
