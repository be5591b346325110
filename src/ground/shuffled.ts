/** The same items in random order. */
export function shuffled<T>(items: readonly T[], random: () => number = Math.random): T[] {
  return items.map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
