const SHOWN_CHARACTERS = 80;

/**
 * The one form of a refusal: the member, its value as JSON shortened to 80 characters, what is allowed.
 * `undefined` stands for a member that is not there.
 */
export function refusal(member: string, value: unknown, allowed: string): string {
  if (value === undefined) return `${member}: missing, expected ${allowed}`;
  const hint = isTemplate(value) ? " (templates are not filled in here)" : "";
  return `${member}: ${inspect(value)} is not allowed, expected ${allowed}${hint}`;
}

/**
 * What is allowed and, unless that is `null`, what was probably meant. `type`: the kind of timer that it
 * belongs to, where that is another one.
 */
export function orElse(allowed: string, meant: unknown, type: string | null = null): string {
  if (meant === null) return allowed;
  const where = type === null ? "" : `, of the type ${inspect(type)}`;
  return `${allowed}: did you mean ${inspect(meant)}${where}?`;
}

/** A value as JSON, shortened to 80 characters. */
export function inspect(value: unknown): string {
  const json = jsonOf(value, SHOWN_CHARACTERS);
  return json.length > SHOWN_CHARACTERS ? `${json.slice(0, SHOWN_CHARACTERS - 3)}...` : json;
}

/** As much of a value's JSON as fills `room`, or a little more: it can be of any length and depth. */
function jsonOf(value: unknown, room: number): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, Math.max(room, 0)));
  if (typeof value !== "object" || value === null) return String(value);
  if (room <= 0) return "";
  const isArray = Array.isArray(value);
  let json = isArray ? "[" : "{";
  for (const key of Object.keys(isArray ? value.slice(0, room) : value)) {
    if (json.length > room) break;
    if (json.length > 1) json += ",";
    if (!isArray) json += `${jsonOf(key, room)}:`;
    const item: unknown = Reflect.get(value, key);
    json += jsonOf(item, room - json.length);
  }
  return json + (isArray ? "]" : "}");
}

/** A choice in words: `"a", "b" or "c"`. */
export function anyOf(values: readonly string[]): string {
  const quoted = values.map((value) => JSON.stringify(value));
  const last = quoted.pop() ?? "";
  return quoted.length === 0 ? last : `${quoted.join(", ")} or ${last}`;
}

function isTemplate(value: unknown): boolean {
  return typeof value === "string" && value.includes("{{");
}
