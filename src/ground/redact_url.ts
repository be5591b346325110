import { eachHost } from "./host_list.ts";

const HIDDEN = "***";

/**
 * The address with user, password and query replaced by `***`: fit for the log. It may list several hosts.
 * What cannot be read as an address, or may hold a password in the wrong place, is hidden as a whole.
 */
export function redactUrl(text: string): string {
  const addresses = eachHost(text);
  if (addresses.some((it) => !URL.canParse(it) || hasHiddenUserinfo(it))) return HIDDEN;
  const [url, ...others] = addresses.map((it) => new URL(it));
  if (url === undefined) return HIDDEN;
  if (url.username !== "") url.username = HIDDEN;
  if (url.password !== "") url.password = HIDDEN;
  if (url.search !== "") url.search = HIDDEN;
  const hosts = [url, ...others].map(({ host }) => host).join(",");
  const begin = Math.max(url.href.indexOf("//") + 1, url.href.lastIndexOf("@")) + 1;
  const from = url.href.indexOf(url.host, begin);
  return url.href.slice(0, from) + hosts + url.href.slice(from + url.host.length);
}

/**
 * Whether a `/`, `?` or `#` in user or password, not percent-encoded, made the address end too early:
 * then the rest of the password stands, with the `@`, in path, query or fragment.
 */
export function hasHiddenUserinfo(text: string): boolean {
  const { pathname, search, hash } = new URL(text);
  return hash !== "" || pathname.includes("@") || search.includes("@");
}
