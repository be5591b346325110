import { type Finding, fine, problem, warning } from "./report.ts";

/** What is later than that counts as missed: an event would be seen as late, or as of the future. */
const MOST_MS = 10_000;
const FIX = "Synchronise both clocks, such as with NTP: timers go by this machine's";

/** How far the API's clock is from ours, 0 within the error of measuring. */
export function clockFindings(skewMs: number): Finding[] {
  const facts = { skew_ms: skewMs };
  if (skewMs === 0) return [fine("In step with the API's clock, within 2 s", facts)];
  const side = skewMs > 0 ? "behind" : "ahead of";
  const text = `${(Math.abs(skewMs) / 1000).toFixed(1)} s ${side} the API's clock`;
  return [(Math.abs(skewMs) > MOST_MS ? problem : warning)(text, FIX, facts)];
}
