type Params = Readonly<Record<string, unknown>>;

/** From the coarsest, as APScheduler and StackStorm have them: other names, and the least value. */
const PARTS = [
  { names: ["year", "years"], least: "*" },
  { names: ["month", "months"], least: "1" },
  { names: ["day", "dayofmonth", "monthday"], least: "1" },
  { names: ["dayofweek", "weekday", "dow"], least: "*" },
  { names: ["hour", "hours"], least: "0" },
  { names: ["minute", "minutes"], least: "0" },
  { names: ["second", "seconds"], least: "0" },
] as const;

/** What schedulers that know no expression call its fields. */
export const PART_NAMES: readonly string[] = PARTS.flatMap(({ names }) => [...names]);

/**
 * The expression of a rule that has its fields one by one. Fields finer than those given are at their
 * least value, the others are free. `null` where a field is no text or number, and for weekdays by number:
 * some count them from Monday.
 */
export function expressionFromParts(params: Params): string | null {
  const given = new Map(
    Object.entries(params).map(([member, value]) => {
      return [member.toLowerCase().replace(/[^a-z]/g, ""), value];
    }),
  );
  const values = PARTS.map(({ names }) => given.get(names.find((name) => given.has(name)) ?? ""));
  const finest = values.findLastIndex((value) => value !== undefined);
  const fields = PARTS.map(({ least }, index) => {
    const value = values[index];
    return value === undefined ? index > finest ? least : "*" : fieldFrom(value, index === 3);
  });
  const [year, month, day, weekday, hour, minute, second] = fields;
  if (fields.includes(null)) return null;
  const five = [minute, hour, day, month, weekday].join(" ");
  if (year !== "*") return `${second} ${five} ${year}`;
  return values[6] === undefined ? five : `${second} ${five}`;
}

function fieldFrom(value: unknown, isWeekday: boolean): string | null {
  if (typeof value !== "number" && typeof value !== "string") return null;
  const field = String(value).trim().replace(/\s*,\s*/g, ",");
  if (field === "" || /\s/.test(field)) return null;
  return isWeekday && /\d/.test(field) ? null : field;
}
