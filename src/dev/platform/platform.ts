import { sleep, systemClock } from "../../ground/clock.ts";
import { authRoutes, olderAuthRoutes, signSensorToken } from "./auth_routes.ts";
import { secured } from "./authenticate.ts";
import { devRoutes } from "./dev_routes.ts";
import { eventRoutes } from "./event_routes.ts";
import { EventTable } from "./event_table.ts";
import { Faults } from "./faults.ts";
import { Front } from "./front.ts";
import { HEALTH_ROUTES } from "./health_routes.ts";
import { serveConnection } from "./http_connection.ts";
import { Ids } from "./ids.ts";
import { Listener } from "./listener.ts";
import { Announcer, type MessageForm, type Publish } from "./messages.ts";
import { Router } from "./router.ts";
import { ruleRoutes } from "./rule_routes.ts";
import { Rules } from "./rules.ts";
import { RuleTable } from "./rule_table.ts";
import { Stamps } from "./stamps.ts";
import { Tokens } from "./tokens.ts";
import { OLDER_TRIGGER, TRIGGERS } from "./trigger_definitions.ts";
import { Triggers } from "./triggers.ts";

/** How a platform starts. */
export interface PlatformOptions {
  /** Default: a free one. */
  readonly port?: number;
  readonly hostname?: string;
  /** Takes the messages; without it there are none. */
  readonly publish?: Publish;
  /** The form of the messages about rules. */
  readonly messages?: MessageForm;
  /** Gives epoch milliseconds: of stamps and of tokens' ages. */
  readonly now?: () => number;
  readonly jwtSecret?: string;
  /** An older platform, which has `core.timer` and `POST /service-accounts` too. */
  readonly older?: boolean;
  /** The refs of the triggers to offer; default: all that it has. */
  readonly triggers?: readonly string[];
  /** Is told what the platform would log: messages that could not be published. */
  readonly warn?: (message: string) => void;
}

/** What may be said of a sensor's token. */
export interface SensorTokenOptions {
  readonly sensorRef?: string;
  readonly triggerTypes?: readonly string[];
  readonly ttlSeconds?: number;
  /** Epoch seconds; default: now. */
  readonly issuedAt?: number;
}

/** A stand-in of the Attune platform's HTTP API, as far as a timer sensor meets it. */
export interface Platform extends AsyncDisposable {
  readonly url: string;
  readonly rules: Rules;
  readonly events: EventTable;
  readonly faults: Faults;
  /** How many requests came in, by `METHOD /route/{pattern}`; those without a route by `unrouted`. */
  readonly requests: ReadonlyMap<string, number>;
  /** A user's access token, good for `POST /service-accounts` and for everything but events; 24 hours. */
  adminToken(): Promise<string>;
  /** A sensor's token (contract 1.9), by default of `core.timer_sensor` for all timers, 24 hours. */
  sensorToken(options?: SensorTokenOptions): Promise<string>;
  /** Stops listening and cuts every connection. */
  down(): Promise<void>;
  /** Listens again, on the same port. */
  up(): Promise<void>;
}

const ADMIN_LOGIN = "admin";
const DEFAULT_TTL_SECONDS = 86_400;
const DEFAULT_SECRET = "secret of the stand-in platform";

/** Starts a platform without rules or events. */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const {
    port = 0,
    hostname = "127.0.0.1",
    now = systemClock.now,
    older = false,
    triggers: triggerRefs = TRIGGERS.map(({ ref }) => ref)
      .filter((ref) => older || ref !== OLDER_TRIGGER),
    warn = () => {},
  } = options;
  const { publish, messages: form = "envelope" } = options;
  const stop = new AbortController();
  const identities = new Ids(ADMIN_LOGIN);
  const tokens = await Tokens.open(options.jwtSecret ?? DEFAULT_SECRET, now);
  const auth = { tokens, identities, now };
  const stamps = new Stamps(now);
  const triggers = new Triggers(triggerRefs, stamps);
  const timers = TRIGGERS.filter(({ isTimer }) => isTimer);
  const table = new RuleTable(triggers, stamps);
  const announcer = new Announcer({ publish, form, now, warn });
  const rules = new Rules(table, triggers, announcer);
  const events = new EventTable({ triggers, rules: table, stamps, now });
  const faults = new Faults();
  const requests = new Map<string, number>();
  const router = new Router([
    ...HEALTH_ROUTES,
    ...authRoutes(auth),
    ...(older ? olderAuthRoutes(auth) : []),
    ...secured(tokens, ruleRoutes(rules, triggers)),
    ...secured(tokens, eventRoutes({ events, rules: table, announcer })),
    ...devRoutes({ faults, events, rules: table, requests, downFor }),
  ]);
  const front = new Front({ router, faults, requests, signal: stop.signal, warn });
  const listener = await Listener.open({
    hostname,
    port,
    onConnection: (socket) => serveConnection(socket, (request) => front.serve(request)),
  });

  async function downFor(ms: number): Promise<void> {
    await listener.down();
    try {
      await sleep(systemClock, ms, stop.signal);
    } catch {
      return; // disposed of while down
    }
    await listener.up();
  }

  return {
    url: `http://${hostname}:${listener.port}`,
    rules,
    events,
    faults,
    requests,
    adminToken() {
      const issuedAt = Math.floor(now() / 1000);
      return tokens.sign({
        sub: String(identities.of(ADMIN_LOGIN)),
        login: ADMIN_LOGIN,
        iat: issuedAt,
        exp: issuedAt + DEFAULT_TTL_SECONDS,
        token_type: "access",
      });
    },
    sensorToken: (wanted = {}) =>
      signSensorToken(auth, {
        sensorRef: "core.timer_sensor",
        triggerTypes: timers.filter(({ ref }) => triggerRefs.includes(ref)).map(({ ref }) => ref),
        ttlSeconds: DEFAULT_TTL_SECONDS,
        issuedAt: Math.floor(now() / 1000),
        ...wanted,
      }),
    down: () => listener.down(),
    up: () => listener.up(),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await listener.down();
    },
  };
}
