import * as z from "zod";

const ADDRESS = "expected host:port, such as 127.0.0.1:9464 or [::1]:9464, or :9464 for all " +
  "addresses of this machine";
const FORM = /^(?:\[([\da-f:.]+)\]|([a-z\d.-]*)):(\d{1,5})$/i;
const EVERYWHERE = "0.0.0.0";
const LOOPBACK = /^(?:127(?:\.\d+){3}|::1|localhost)$/i;

/** Where a server listens. */
export interface Address {
  /** Without brackets. */
  readonly hostname: string;
  /** 0: whichever is free. */
  readonly port: number;
}

/** Reads `host:port`. */
export const AddressSchema = z.string(ADDRESS)
  .refine((text) => FORM.test(text) && URL.canParse(`http://${hostOf(addressOf(text))}/`), ADDRESS)
  .transform(addressOf);

/** Whether only this machine reaches an address. */
export function isLoopback({ hostname }: Address): boolean {
  return LOOPBACK.test(hostname);
}

/** An address as it stands in a URL. */
export function hostOf({ hostname, port }: Address): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

function addressOf(text: string): Address {
  const [, ipv6, host, port] = FORM.exec(text) ?? [];
  return { hostname: ipv6 ?? (host || EVERYWHERE), port: Number(port) };
}
