import process from "node:process";

/** How long something took, and how much of that time this process worked. */
export interface Took {
  readonly ms: number;
  readonly cpu_ms: number;
}

/** Starts to measure; the result tells what has passed since. */
export function stopwatch(): () => Took {
  const began = performance.now();
  const used = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(used);
    return { ms: performance.now() - began, cpu_ms: (user + system) / 1000 };
  };
}
