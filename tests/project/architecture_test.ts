import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

/**
 * The layers from the ground up: a folder each, and those that stand side by side do not know each other. A
 * file imports from its own folder and from lower layers only.
 */
const LAYERS: readonly (readonly string[])[] = [
  ["ground"],
  ["collections"],
  ["domain"],
  ["words"],
  ["schedule"],
  ["timers"],
  ["delivery"],
  ["sync"],
  ["log", "config", "process"],
  ["broker", "platform"],
  ["observe"],
  ["admin"],
  ["preview", "check"],
  ["daemon"],
  ["cli"],
];
/** Files or folders that alone may import a package. */
const ONLY_IMPORT: Readonly<Record<string, string>> = {
  "amqplib": "broker/amqp.ts",
  "cldr": "schedule/zone_names.ts",
  "js-yaml": "preview/given_yaml.ts",
  "prom-client": "admin/",
  "@opentelemetry/api": "observe/tracing.ts",
  "@std/log": "log/",
  "@std/cli": "cli/",
};
/** What only some files may do, as a pattern of the source, and the files that may. */
const ONLY_DOES: readonly (readonly [string, RegExp, string])[] = [
  [
    "reads the clock",
    /\bDate\.now\(|new Date\(\)|performance\.now\(|Temporal\.Now\b/,
    "ground/clock.ts",
  ],
  ["sets a timeout", /\bset(Timeout|Interval)\(|AbortSignal\.timeout\(/, "ground/clock.ts"],
  [
    "leaves something to chance",
    /\bMath\.random\b|\bcrypto\.(randomUUID|getRandomValues)\b/,
    "ground/chance.ts",
  ],
  ["reads the environment", /Deno\.env\b/, "../main.ts"],
  ["names an environment variable", /["'`]ATTUNE_[A-Z]/, "config/"],
  ["fetches", /(?<!\.)\bfetch\b(?!:)/, "platform/"],
  ["asks for its parent", /\bDeno\.ppid\b/, "daemon/"],
  ["serves", /\bDeno\.(serve|listen)\b|\bcreateServer\b/, "admin/"],
  ["handles signals", /Deno\.addSignalListener/, "process/signals.ts"],
];

interface Source {
  /** Relative to src/. */
  readonly path: string;
  /** Without comments. */
  readonly text: string;
  readonly raw: string;
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
  return { path, text: withoutComments(text), raw: text, imports };
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*.*?\*\//gs, "").replaceAll(/^\s*\/\/.*$/gm, "");
}

/** A path relative to src/ of what a file imports by path. */
function resolve(from: string, specifier: string): string {
  const target = new URL(specifier, new URL(`src/${from}`, ROOT)).href;
  return target.slice(new URL("src/", ROOT).href.length);
}

function layerOf(path: string): number {
  const [folder = ""] = path.split("/");
  return LAYERS.findIndex((folders) => folders.includes(folder));
}

function mayImport(from: string, to: string): boolean {
  const isWithin = from.split("/")[0] === to.split("/")[0];
  return isWithin || layerOf(from) > layerOf(to);
}

/** What each file of the product imports by path, types included. */
const reached = new Map(
  product.map(({ path, imports }) =>
    [
      path,
      imports.filter((it) => it.startsWith(".")).map((it) => resolve(path, it)),
    ] as const
  ),
);

/** The way from a file back to itself, if there is one. */
function circleFrom(start: string): string[] | null {
  const cameFrom = new Map<string, string>();
  const open = [start];
  for (const path of open) {
    for (const target of reached.get(path) ?? []) {
      if (cameFrom.has(target)) continue;
      cameFrom.set(target, path);
      open.push(target);
    }
  }
  if (!cameFrom.has(start)) return null;
  const way = [start];
  for (let at = cameFrom.get(start); at !== undefined && at !== start; at = cameFrom.get(at)) {
    way.unshift(at);
  }
  return [start, ...way];
}

Deno.test("No file stands in src itself, and each folder is a layer", () => {
  const placeless = product.map(({ path }) => path)
    .filter((path) => path !== "../main.ts" && layerOf(path) < 0);
  assertEquals(placeless, []);
});

Deno.test("Imports only go down", () => {
  const upward = product.filter(({ path }) => path !== "../main.ts").flatMap(({ path }) =>
    (reached.get(path) ?? []).filter((target) => !mayImport(path, target))
      .map((target) => `${path} > ${target}`)
  );
  assertEquals(upward, []);
});

Deno.test("No circle of files, not even of types", () => {
  const circles = product.map(({ path }) => circleFrom(path)).filter((it) => it !== null);
  assertEquals(circles, []);
});

Deno.test("A kind of timer is known to the list of kinds alone, but for what columns hold", () => {
  const roomOf = (path: string) => /^schedule\/(\w+)\//.exec(path)?.[1];
  const rooms = new Set(product.map(({ path }) => roomOf(path)).filter((it) => it !== undefined));
  assert(rooms.size > 3, `${rooms.size}`);
  const strangers = product.flatMap(({ path }) =>
    (reached.get(path) ?? []).filter((target) => {
      const room = roomOf(target);
      return room !== undefined && room !== roomOf(path);
    }).map((target) => `${path} > ${target}`)
  );
  const listed = [...rooms].map((room) => `schedule/kinds.ts > schedule/${room}/kind.ts`);
  const columns = "timers/timer_records.ts > schedule/interval/timer.ts";
  assertEquals(strangers.toSorted(), [...listed, columns].toSorted());
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

Deno.test("Every file that ARCHITECTURE names is there", async () => {
  const text = await Deno.readTextFile(new URL("src/ARCHITECTURE.md", ROOT));
  const known = product.map(({ path }) => path);
  const named = [...text.matchAll(/`([\w/]+\.ts)`/g)].map(([, path = ""]) => path);
  assert(named.length > 20, `${named.length}`);
  const isThere = (path: string) =>
    path.startsWith("tests/") || known.some((it) => it === path || it.endsWith(`/${path}`));
  assertEquals(named.filter((path) => !isThere(path)), []);
});

Deno.test("Every section of the contract that the code cites is there", async () => {
  const text = await Deno.readTextFile(new URL("src/platform/CONTRACT.md", ROOT));
  const sections = [...text.matchAll(/^(?:## (\d)\.|\*\*(\d\.\d))/gm)].map(([, a, b]) => a ?? b);
  const cited = product.flatMap(({ raw }) =>
    [...raw.matchAll(/contract (\d(?:\.\d)?)/g)].map(([, section]) => section)
  );
  assert(cited.length > 20, `${cited.length}`);
  assertEquals([...new Set(cited)].filter((it) => !sections.includes(it)), []);
});
