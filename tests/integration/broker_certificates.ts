import type { TlsFiles } from "../support/rabbitmq.ts";

const CONFIG = `
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:TRUE
[server]
subjectAltName = DNS:localhost
`;

/** Makes a certificate authority of one's own and a certificate of `localhost` by it, in a folder. */
export async function makeCertificates(dir: string): Promise<TlsFiles> {
  await Deno.writeTextFile(`${dir}/openssl.cnf`, CONFIG);
  const request = ["req", "-config", "openssl.cnf", "-newkey", "rsa:2048", "-nodes"];
  const authority = ["-subj", "/CN=Test Authority", "-keyout", "ca.key", "-out", "ca.pem"];
  await openssl(dir, [...request, "-x509", "-extensions", "ca", ...authority]);
  await openssl(dir, [
    ...request,
    "-subj",
    "/CN=test",
    "-keyout",
    "key.pem",
    "-out",
    "request.pem",
  ]);
  const issue = ["x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key"];
  const extensions = ["-extfile", "openssl.cnf", "-extensions", "server"];
  await openssl(dir, [...issue, ...extensions, "-set_serial", "1", "-out", "cert.pem"]);
  return { ca: `${dir}/ca.pem`, cert: `${dir}/cert.pem`, key: `${dir}/key.pem` };
}

async function openssl(dir: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args, cwd: dir }).output();
  if (!success) throw new Error(`openssl ${args[0]}: ${new TextDecoder().decode(stderr)}`);
}
