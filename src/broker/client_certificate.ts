import type { ClientCertificate } from "../config/broker_address.ts";
import { CertificateError } from "./fault.ts";

/**
 * Reads a client's certificate and key, as they are now: they are renewed in place. Rejects with a
 * {@link CertificateError} that names the file.
 */
export async function clientCertificate(
  { certPath, keyPath }: ClientCertificate,
): Promise<{ cert: string; key: string }> {
  return { cert: await read("certfile", certPath), key: await read("keyfile", keyPath) };
}

async function read(what: string, path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new CertificateError(`cannot read the ${what} '${path}': ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.NotCapable) return "--allow-read has to cover it";
  if (error instanceof Deno.errors.PermissionDenied) {
    return "its permissions keep it from this user";
  }
  return "it is no file of text";
}
