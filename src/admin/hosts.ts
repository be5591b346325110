import { problem } from "./answers.ts";
import type { Handler } from "./router.ts";

/** Every machine's name for itself. */
const OWN_NAME = "localhost";
const IPV4 = /^\d+(?:\.\d+){3}$/;

/**
 * Answers only requests whose Host header has an IP address, localhost or one of some names. Any site can
 * have its own name point to this machine, and then read what a visitor of its pages may read (DNS
 * rebinding); a name that is known to be the sensor's, or an IP address, it cannot have.
 */
export function askedByName(names: readonly string[], handler: Handler): Handler {
  const own = new Set([OWN_NAME, ...names]);
  return (request) => {
    // HTTP/1.0 need not name a host, and no browser speaks it.
    const host = request.headers.get("host") ?? OWN_NAME;
    const hostname = URL.parse(`http://${host}/`)?.hostname.replace(/\.$/, "");
    if (hostname === undefined) {
      return Promise.resolve(problem(400, "The request names no valid host"));
    }
    const isOwn = IPV4.test(hostname) || hostname.startsWith("[") || own.has(hostname);
    return isOwn ? handler(request) : Promise.resolve(problem(421, foreign(hostname)));
  };
}

function foreign(hostname: string): string {
  return `"${hostname}" is not known as a name of this sensor: ask for its IP address or ` +
    "localhost, or add the name to ATTUNE_ADMIN_HOSTS";
}
