import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

/** The layers from the ground up: a file may import from its own group and from lower layers only. */
const LAYERS: readonly (readonly string[])[] = [
  [
    "clock.ts",
    "backoff.ts",
    "exit.ts",
    "version.ts",
    "error_text.ts",
    "escaped.ts",
    "nearest.ts",
    "redact_url.ts",
    "problem_text.ts",
    "message_of.ts",
    "hash.ts",
    "slot_index.ts",
    "number_rows.ts",
    "instant_heap.ts",
    "both.ts",
    "wrapped.ts",
    "counted.ts",
  ],
  [
    "rule.ts",
    "rule_slots.ts",
    "event.ts",
    "outbox.ts",
    "checkpoint.ts",
    "shard.ts",
    "layout.ts",
    "schedule/",
  ],
  ["timers/", "delivery/", "sync/", "checkpointer.ts", "resume.ts"],
  ["broker/", "platform/", "log", "config", "preview", "time_watch.ts", "parent_watch.ts"],
  ["journal/", "admin/", "startup.ts", "uncaught.ts", "term.ts", "tracing.ts"],
  ["engine.ts"],
  ["leadership.ts", "connect.ts", "check/"],
  ["administration.ts"],
  ["daemon.ts"],
  ["shutdown.ts", "cli"],
  ["../main.ts"],
];
/** Groups of the domain and of the engines that lean on each other. */
const ALLIANCES: readonly (readonly [string, string])[] = [
  ["problem_text.ts", "message_of.ts"],
  ["event.ts", "rule.ts"],
  ["rule_slots.ts", "rule.ts"],
  ["event.ts", "schedule/"],
  ["schedule/", "rule.ts"],
  ["outbox.ts", "event.ts"],
  ["checkpoint.ts", "event.ts"],
  ["shard.ts", "rule.ts"],
  ["layout.ts", "event.ts"],
  ["layout.ts", "shard.ts"],
  ["sync/", "timers/"],
  ["resume.ts", "timers/"],
  ["cli", "shutdown.ts"],
];
/** Files or folders that alone may import a package. */
const ONLY_IMPORT: Readonly<Record<string, string>> = {
  "amqplib": "broker/session.ts",
  "croner": "schedule/cron",
  "prom-client": "admin/",
  "@opentelemetry/api": "tracing.ts",
  "@std/log": "log",
  "@std/cli": "cli",
};
/** What only some files may do, as a pattern of the source, and the files that may. */
const ONLY_DOES: readonly (readonly [string, RegExp, string])[] = [
  ["reads the clock", /\bDate\.now\(|new Date\(\)|performance\.now\(|Temporal\.Now\b/, "clock.ts"],
  ["sets a timeout", /\bset(Timeout|Interval)\(|AbortSignal\.timeout\(/, "clock.ts"],
  ["reads the environment", /Deno\.env\b/, "../main.ts"],
  ["names an environment variable", /["'`]ATTUNE_[A-Z]/, "config"],
  ["fetches", /\bfetch\b(?!:)/, "platform/"],
  ["asks for its parent", /\bDeno\.ppid\b/, "daemon.ts"],
  ["serves", /\bDeno\.(serve|listen)\b/, "admin/"],
  ["handles signals", /Deno\.addSignalListener/, "shutdown.ts"],
];

interface Source {
  /** Relative to src/. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const product = await sources();

async function sources(): Promise<Source[]> {
  const found: Source[] = [await source("../main.ts")];
  const folders = [""];
  for (const folder of folders) {
    for await (const entry of Deno.readDir(new URL(`src/${folder}`, ROOT))) {
      const path = folder + entry.name;
      if (path === "dev" || path === "deps") continue;
      if (entry.isDirectory) folders.push(`${path}/`);
      else if (path.endsWith(".ts")) found.push(await source(path));
    }
  }
  return found;
}

async function source(path: string): Promise<Source> {
  const text = await Deno.readTextFile(new URL(`src/${path}`, ROOT));
  const imports = [
    ...text.matchAll(/^(?:import|export)\b[^;]*?from "([^"]+)"(?: with \{.*?\})?;/gms),
  ]
    .map(([, specifier = ""]) => specifier);
  return { path, text: withoutComments(text), imports };
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*.*?\*\//gs, "").replaceAll(/^\s*\/\/.*$/gm, "");
}

/** A path relative to src/ of what a file imports by path. */
function resolve(from: string, specifier: string): string {
  const target = new URL(specifier, new URL(`src/${from}`, ROOT)).href;
  return target.slice(new URL("src/", ROOT).href.length);
}

function placeOf(path: string): { layer: number; group: string } {
  for (const [layer, groups] of LAYERS.entries()) {
    const group = groups.find((it) => path.startsWith(it));
    if (group !== undefined) return { layer, group };
  }
  throw new Error(`${path} has no place in LAYERS`);
}

function mayImport(from: string, to: string): boolean {
  const [upper, lower] = [placeOf(from), placeOf(to)];
  if (upper.group === lower.group || upper.layer > lower.layer) return true;
  return ALLIANCES.some(([a, b]) => upper.group === a && lower.group === b);
}

Deno.test("Imports only go down", () => {
  const upward = product.flatMap(({ path, imports }) =>
    imports.filter((it) => it.startsWith(".")).map((it) => resolve(path, it))
      .filter((target) => !mayImport(path, target)).map((target) => `${path} > ${target}`)
  );
  assertEquals(upward, []);
});

Deno.test("The broker and the platform hear of neither timers nor deliveries", () => {
  const heard = product.filter(({ path }) => /^(broker|platform)\//.test(path)).flatMap((it) =>
    it.imports.filter((to) => /timers\/|delivery|rule_book|reconciler/.test(to))
  );
  assertEquals(heard, []);
});

Deno.test("The product imports nothing of the sandbox and no stand-in by path", () => {
  const reached = product.flatMap(({ path, imports }) =>
    imports.filter((it) => it.startsWith(".")).map((it) => resolve(path, it))
      .filter((it) => /^(dev|deps)\//.test(it))
  );
  assertEquals(reached, []);
});

for (const [name, owner] of Object.entries(ONLY_IMPORT)) {
  Deno.test(`Only ${owner} imports ${name}`, () => {
    const users = product.filter((it) =>
      it.imports.some((to) => to === name || to.startsWith(`${name}/`))
    ).map((it) => it.path);
    assert(users.length > 0, `nothing imports ${name}`);
    assertEquals(users.filter((path) => !path.startsWith(owner)), []);
  });
}

for (const [deed, pattern, owner] of ONLY_DOES) {
  Deno.test(`Only ${owner} ${deed}`, () => {
    const doers = product.filter((it) => pattern.test(it.text)).map((it) => it.path);
    assert(doers.length > 0, `nothing ${deed}`);
    assertEquals(doers.filter((path) => !path.startsWith(owner)), []);
  });
}

Deno.test("The top level holds what was asked for and no more", async () => {
  const visible: string[] = [];
  for await (const { name } of Deno.readDir(ROOT)) {
    if (!name.startsWith(".") && !["dist", "coverage", "node_modules"].includes(name)) {
      visible.push(name);
    }
  }
  const expected = [
    "LICENSE",
    "README.md",
    "deno.json",
    "deno.lock",
    "install.sh",
    "main.ts",
    "src",
    "tests",
  ];
  assertEquals(visible.toSorted(), expected);
});
