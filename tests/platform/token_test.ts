import { assert, assertEquals, assertRejects } from "@std/assert";
import { openToken } from "../../src/platform/token.ts";
import { TokenError } from "../../src/platform/token_file.ts";
import { jwt } from "./tokens.ts";

const FILE = "/run/attune/token.json";
const EXP = 1_735_776_000;

const SENSOR = jwt({
  sub: "7",
  login: "core.timer_sensor ÿþ",
  exp: EXP,
  metadata: { "trigger_types": ["core.intervaltimer", "core.crontimer"] },
});

/** A file whose contents a test may change. */
function fileOf(text: string): { text: string; read: (path: string) => Promise<string> } {
  return {
    text,
    read(path) {
      assertEquals(path, FILE);
      return Promise.resolve(this.text);
    },
  };
}

function openFile(file: { read: (path: string) => Promise<string> }, value: string | null = null) {
  return openToken({ value, file: FILE }, (path) => file.read(path));
}

const CLAIMS: [name: string, token: string, exp: number | null, types: string[] | null][] = [
  ["a sensor's token", SENSOR, EXP * 1000, ["core.intervaltimer", "core.crontimer"]],
  ["a token without claims of use", jwt({ sub: "7" }), null, null],
  ["an expiry that is none", jwt({ exp: "soon", metadata: { "trigger_types": [] } }), null, []],
  ["an expiry beyond all dates", jwt({ exp: 2 ** 53 - 1, iat: 1, login: "a" }), null, null],
  ["metadata that are none", jwt({ exp: EXP, metadata: 5 }), EXP * 1000, null],
  [
    "trigger types that are none",
    jwt({ exp: EXP, metadata: { "trigger_types": [5] } }),
    EXP * 1000,
    null,
  ],
  ["claims that are no object", jwt([5]), null, null],
  ["an opaque token", "opaque-token_1", null, null],
  ["a token with dots that is no JWT", "a.b.c", null, null],
  ["a token with broken base64", "a.b!.c", null, null],
];

for (const [name, value, expiresAt, triggerTypes] of CLAIMS) {
  Deno.test(`${name} is taken for what it says`, async () => {
    const token = await openToken({ value, file: null });
    assertEquals(token.value, value);
    assertEquals(token.expiresAt, expiresAt);
    assertEquals(token.triggerTypes, triggerTypes);
    assertEquals(await token.renew(token.value), false);
  });
}

Deno.test("without a value and a file there is no token", async () => {
  await assertRejects(
    () => openToken({ value: null, file: null }),
    TokenError,
    "No token: expected a service account token, or a file that holds one",
  );
});

const FILES: [name: string, text: string, value: string, expiresAt: number | null][] = [
  ["the token alone", `${SENSOR}\n`, SENSOR, EXP * 1000],
  ["an opaque token with white space around", " \n opaque \r\n", "opaque", null],
  [
    "an object",
    `{"token":"opaque","expires_at":"2025-01-01T00:00:00Z"}`,
    "opaque",
    1_735_689_600_000,
  ],
  [
    "an object with the other names",
    `{"api_token":"opaque","token_expires_at":"2025-01-01T01:00:00+01:00"}`,
    "opaque",
    1_735_689_600_000,
  ],
  ["an object without an expiry", `{"token":"opaque","expires_at":"soon"}`, "opaque", null],
  [
    "an object whose token knows better",
    `{"token":"${SENSOR}","expires_at":"2030-01-01T00:00:00Z"}`,
    SENSOR,
    EXP * 1000,
  ],
];

for (const [name, text, value, expiresAt] of FILES) {
  Deno.test(`a file may hold ${name}`, async () => {
    const token = await openFile(fileOf(text), "not this one");
    assertEquals(token.value, value);
    assertEquals(token.expiresAt, expiresAt);
    assertEquals(token.fileProblem, null);
  });
}

const EMPTY =
  `Cannot read a token from '${FILE}': expected the token alone, or a JSON object with 'token'`;
const NO_TOKEN = [
  "",
  "two words",
  '{"token":""}',
  '{"expires_at":null}',
  '{"token":"x y"}',
  '{"to',
];

for (const text of NO_TOKEN) {
  Deno.test(`a file that holds '${text}' holds no token`, async () => {
    const error = await assertRejects(() => openFile(fileOf(text)), TokenError);
    assertEquals(error.message, EMPTY);
    assertEquals(error.cause, undefined);
  });
}

Deno.test("a file that is too long is no token file", async () => {
  await assertRejects(
    () => openFile(fileOf("x".repeat(65_537))),
    TokenError,
    `Cannot read the token file '${FILE}': longer than 65536 bytes`,
  );
});

Deno.test("a file that is not there is told by its name", async () => {
  const error = await assertRejects(
    () => openToken({ value: null, file: "/nowhere/token" }),
    TokenError,
  );
  assert(error.message.startsWith("Cannot read the token file '/nowhere/token': NotFound: "));
});

Deno.test({
  name: "a file that may not be read is told with the flag that allows it",
  permissions: { read: false },
  async fn() {
    const error = await assertRejects(
      () => openToken({ value: null, file: "/run/token" }),
      TokenError,
    );
    assertEquals(
      error.message,
      "Cannot read the token file '/run/token': allow it with --allow-read=/run/token",
    );
  },
});

Deno.test("until the file can be read the value stands in for it", async () => {
  const file = fileOf("");
  const token = await openFile(file, SENSOR);
  assertEquals(token.value, SENSOR);
  assertEquals(token.fileProblem, EMPTY);
  file.text = "rotated";
  assertEquals(await token.renew(token.value), true);
  assertEquals([token.value, token.expiresAt, token.triggerTypes], ["rotated", null, null]);
  assertEquals(token.fileProblem, null);
});

Deno.test("a file that breaks later leaves the token in use", async () => {
  const file = fileOf(SENSOR);
  const token = await openFile(file);
  assertEquals(await token.renew(token.value), false);
  file.text = '{"token":';
  assertEquals(await token.renew(token.value), false);
  assertEquals([token.value, token.expiresAt], [SENSOR, EXP * 1000]);
  assertEquals(token.fileProblem, EMPTY);
});
