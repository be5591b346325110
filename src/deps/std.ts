/**
 * Prints the flags that put the stand-ins of this folder in the place of `jsr:@std/*`, or nothing where
 * the real packages can be had: cached already, or offered by jsr.io. `STD=jsr` and
 * `STD=standin` decide it by hand.
 */
const STAND_IN = "--import-map=src/deps/import_map.json --lock=src/deps/deno.lock";
const PROBE_PATH = "/@std/log/0.224.14_meta.json";
const PROBE_TIMEOUT_MS = 2000;

function cacheFolder(): string {
  const own = Deno.env.get("DENO_DIR");
  if (own) return own;
  return `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/deno`;
}

async function isCached(): Promise<boolean> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(PROBE_PATH));
  try {
    Deno.statSync(`${cacheFolder()}/remote/https/jsr.io/${new Uint8Array(digest).toHex()}`);
    return true;
  } catch {
    return false;
  }
}

async function isOffered(): Promise<boolean> {
  try {
    const response = await fetch(`https://jsr.io${PROBE_PATH}`, {
      method: "HEAD",
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    });
    return response.ok;
  } catch {
    return false;
  }
}

async function standInWanted(): Promise<boolean> {
  const wanted = Deno.env.get("STD");
  if (wanted) return wanted === "standin";
  return !await isCached() && !await isOffered();
}

// deno-lint-ignore no-console -- printing the flags is what this program is for
if (await standInWanted()) console.log(STAND_IN);
