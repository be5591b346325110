import { quantile } from "./report.ts";

const CAPACITY = 1_000_000;

/** How late events arrive, in milliseconds after the instant that their occurrence's id names. */
export function latenessRecord(): {
  note(occurrenceId: string | null): void;
  /** What came since the last time. */
  take(): { readonly count: number; readonly p50: number; readonly p99: number };
} {
  const samples = new Float64Array(CAPACITY);
  let count = 0;
  return {
    note(occurrenceId) {
      if (occurrenceId === null || count === CAPACITY) return;
      const scheduledAt = Date.parse(occurrenceId.slice(occurrenceId.indexOf("@") + 1));
      samples[count++] = performance.timeOrigin + performance.now() - scheduledAt;
    },
    take() {
      const taken = samples.slice(0, count);
      count = 0;
      return { count: taken.length, p50: quantile(taken, 0.5), p99: quantile(taken, 0.99) };
    },
  };
}
