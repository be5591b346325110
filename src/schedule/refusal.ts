const SHOWN_CHARACTERS = 80;

/**
 * The one form of a refusal: the member, its value as JSON shortened to 80 characters, what is allowed, and
 * what was probably meant. `undefined` stands for a member that is not there, `null` for no idea.
 */
export function refusal(
  member: string,
  value: unknown,
  allowed: string,
  meant: unknown = null,
): string {
  if (value === undefined) return `${member}: missing, expected ${allowed}`;
  const hint = isTemplate(value) ? " (templates are not filled in here)" : "";
  return `${member}: ${inspect(value)} is not allowed, expected ${orElse(allowed, meant)}${hint}`;
}

/** What is allowed and, unless that is `null`, what was probably meant. */
export function orElse(allowed: string, meant: unknown): string {
  return meant === null ? allowed : `${allowed}: did you mean ${inspect(meant)}?`;
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
