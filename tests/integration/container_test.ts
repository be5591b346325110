import { assertEquals } from "@std/assert";
import { parseAllDocuments } from "yaml";
import * as z from "zod";
import { BUNDLE } from "../../src/dev/artefacts.ts";
import { Checkout, runToEnd } from "../support/checkout.ts";
import { RabbitMq } from "../support/rabbitmq.ts";
import { Sensor } from "../support/sensor.ts";
import { ROOT } from "../support/std_flags.ts";
import { World } from "../support/world.ts";

const README = await Deno.readTextFile(new URL("README.md", ROOT));
const CONTAINERFILE = await Deno.readTextFile(new URL(".container/Containerfile", ROOT));
const SECRETS = "/run/secrets/attune";

const Manifest = z.looseObject({ apiVersion: z.string(), kind: z.string() });
const Project = z.object({ imports: z.looseObject({ "kubernetes-types": z.string() }) });
const Entrypoint = z.array(z.string());

const manifests = [...README.matchAll(/```yaml\n(apiVersion: [^]*?)```/g)]
  .flatMap(([, text = ""]) => parseAllDocuments(text))
  .map((document) => Manifest.parse(document.toJS()));

/** Kubernetes' own schema, which forbids what it does not know, as a program whose types have to check. */
async function program(): Promise<string> {
  const project = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const types = Project.parse(project).imports["kubernetes-types"];
  return manifests.map((manifest, index) => {
    const { apiVersion, kind } = manifest;
    const module = apiVersion === "v1" ? "core/v1" : apiVersion;
    return `import type { ${kind} as Kind${index} } from "${types}/${module}";
export const manifest${index}: Kind${index} = ${JSON.stringify(manifest, null, 2)};\n`;
  }).join("");
}

async function check(text: string): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(path, text);
  const { stderr } = await runToEnd(Deno.execPath(), ["check", "-q", "--no-lock", path], {
    cwd: ROOT,
  });
  await Deno.remove(path);
  return stderr;
}

Deno.test("The README's Kubernetes manifests are as Kubernetes' schema has them", async () => {
  assertEquals(manifests.map(({ kind }) => kind), ["Secret", "Deployment", "PodDisruptionBudget"]);
  assertEquals(await check(await program()), "");
});

Deno.test("A member that Kubernetes does not know is found", async () => {
  const misspelt = (await program()).replace("livenessProbe", "livenesProbe");
  const { length } = (await check(misspelt)).match(/livenesProbe/g) ?? [];
  assertEquals(length, 2);
});

Deno.test("The image's command takes the token from where Kubernetes puts it, and follows it", async () => {
  const [, json = ""] = /^ENTRYPOINT (.*)$/m.exec(CONTAINERFILE) ?? [];
  await using checkout = await Checkout.make();
  assertEquals((await checkout.task(["bundle"])).code, 0);
  const secrets = checkout.file("secrets");
  const [, ...args] = Entrypoint.parse(JSON.parse(json)).map((word) =>
    word.replace(/^\/app\/.*/, checkout.file(BUNDLE)).replace(SECRETS, secrets)
  );
  await using rabbit = await RabbitMq.start();
  await using world = await World.on(rabbit);
  await putSecret(secrets, "1", world.token);
  const { token: _, ...options } = world.sensor({
    ATTUNE_API_TOKEN_FILE: `${secrets}/token`,
    // As good as a read-only file system: not even root makes a folder there.
    DENO_DIR: "/proc/deno-dir",
  });
  await using sensor = await Sensor.ready({ ...options, command: [Deno.execPath(), ...args] });
  await putSecret(secrets, "2", await world.platform.sensorToken({ ttlSeconds: 7200 }));
  world.refuseTokenOnce();
  const rule = await world.platform.rules.create({
    ref: "integration.contained",
    trigger_ref: "core.intervaltimer",
    trigger_params: { interval: 1, unit: "seconds" },
  });
  await world.event(rule);
  assertEquals([await sensor.stop(), sensor.stderr], [0, ""]);
});

/** As Kubernetes does: each version in a folder, a link to the latest, and the file a link through it. */
async function putSecret(folder: string, version: string, token: string): Promise<void> {
  await Deno.mkdir(`${folder}/..${version}`, { recursive: true });
  await Deno.writeTextFile(`${folder}/..${version}/token`, token);
  await Deno.symlink(`..${version}`, `${folder}/..data.new`);
  await Deno.rename(`${folder}/..data.new`, `${folder}/..data`);
  await Deno.symlink("..data/token", `${folder}/token`).catch((error) => {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  });
}
