import type { Chance } from "./chance.ts";

/** The same items in random order. */
export function shuffled<T>(items: readonly T[], chance: Pick<Chance, "random">): T[] {
  return items.map((item) => ({ item, at: chance.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
