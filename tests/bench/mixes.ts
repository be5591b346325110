import type { TriggerParams } from "../../src/domain/rule.ts";

/** Different cron expressions among the rules of a mix. */
export const EXPRESSIONS = 1000;
const HOUR_MS = 3_600_000;
const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"];

/** An interval of one to about two hours. */
export function intervalParams(index: number): TriggerParams {
  return { type: "interval", interval: 3600 + index % 3600, unit: "seconds" };
}

/** One of 1,000 expressions in four time zones. */
export function cronParams(index: number): TriggerParams {
  const n = index % EXPRESSIONS;
  const expression = `${n % 60} ${Math.floor(n / 60)} * * 1-5`;
  return { type: "cron", expression, timezone: ZONES[n % ZONES.length] };
}

/** 60 % interval, 30 % cron out of 1,000 expressions, 5 % recurrence, 5 % date-time. */
export function mixedParams(index: number, now: number): TriggerParams {
  const n = Math.floor(index / 20);
  const place = index % 20;
  if (place < 12) return intervalParams(index);
  if (place < 18) return cronParams(n * 6 + place - 12);
  if (place === 18) return recurrence(n);
  return { type: "date_time", fire_at: new Date(now + HOUR_MS + n * 1000).toISOString() };
}

function recurrence(n: number): TriggerParams {
  const rule = `FREQ=DAILY;BYHOUR=${n % 24};BYMINUTE=${n % 60}`;
  return { type: "rrule", rule, dtstart: "2026-01-01T00:00:00Z" };
}
