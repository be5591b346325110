import { lookup, type LookupAddress } from "node:dns";
import type { Chance } from "../ground/chance.ts";
import { shuffled } from "../ground/shuffled.ts";

/** One way to a host: by its name, or by one of its addresses. */
export interface Route {
  /** `null`: by its name. */
  readonly ip: string | null;
  /** For the socket. */
  readonly options: {
    /** Deno's own second attempt would ask for a permission where nobody could catch the refusal. */
    readonly autoSelectFamily: false;
    readonly family?: number;
    readonly lookup?: Lookup;
  };
}

type Lookup = (
  hostname: string,
  options: unknown,
  done: (error: null, address: string, family: number) => void,
) => void;

/**
 * The ways to a host, in random order: a name may have several addresses. By the name itself the first
 * address of each family is reached, which takes a permission for the name alone.
 */
export async function routesTo(
  hostname: string,
  port: number,
  chance: Pick<Chance, "random">,
): Promise<Route[]> {
  const addresses = await resolve(hostname, port);
  const seen = new Set<number>();
  const routes = addresses.map(({ address, family }): Route => {
    if (seen.has(family)) return byAddress(address, family);
    seen.add(family);
    return { ip: null, options: { autoSelectFamily: false, family } };
  });
  return shuffled(routes, chance);
}

function byAddress(ip: string, family: number): Route {
  return {
    ip,
    options: {
      autoSelectFamily: false,
      lookup: (_hostname, _options, done) => done(null, ip, family),
    },
  };
}

function resolve(hostname: string, port: number): Promise<LookupAddress[]> {
  // Without the port, which the types do not know, a permission for host and port would not cover it.
  const options = { all: true, port } as const;
  return new Promise((resolve, reject) => {
    lookup(hostname, options, (error, addresses) => error ? reject(error) : resolve(addresses));
  });
}
