/** Cases that we answer otherwise than their source, and why; `ids` are numbers, apart by spaces. */
export interface Deviation {
  readonly reason: string;
  readonly ids: string;
}

/** A case of another engine's tests. `failed` is also an accepted deviation that is none. */
export interface Outcome {
  readonly id: string;
  readonly expected: readonly string[];
  readonly got: readonly string[];
  readonly verdict: "passed" | "accepted" | "failed";
}

/** Judges answers; the cases' ids are `family` and a number. */
export function outcomesOf(
  cases: readonly Omit<Outcome, "verdict">[],
  deviations: readonly Deviation[],
  family: string,
): readonly Outcome[] {
  const accepted = new Set(
    deviations.flatMap(({ ids }) => ids.split(/\s+/)).map((number) => `${family}-${number}`),
  );
  return cases.map((it) => {
    const agrees = JSON.stringify(it.got) === JSON.stringify(it.expected);
    if (agrees === accepted.has(it.id)) return { ...it, verdict: "failed" };
    return { ...it, verdict: agrees ? "passed" : "accepted" };
  });
}
