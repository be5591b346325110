const HIDDEN = "***";

/**
 * The address with user, password and query replaced by `***`: fit for the log. What cannot be read as
 * an address, or may hold a password in the wrong place, is hidden as a whole.
 */
export function redactUrl(text: string): string {
  if (!URL.canParse(text) || hasHiddenUserinfo(text)) return HIDDEN;
  const url = new URL(text);
  if (url.username !== "") url.username = HIDDEN;
  if (url.password !== "") url.password = HIDDEN;
  if (url.search !== "") url.search = HIDDEN;
  return url.href;
}

/**
 * Whether a `/`, `?` or `#` in user or password, not percent-encoded, made the address end too early:
 * then the rest of the password stands, with the `@`, in path, query or fragment.
 */
export function hasHiddenUserinfo(text: string): boolean {
  const { pathname, search, hash } = new URL(text);
  return hash !== "" || pathname.includes("@") || search.includes("@");
}
