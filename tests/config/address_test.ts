import { assertEquals } from "@std/assert";
import { AddressSchema, hostOf, isLoopback } from "../../src/config/address.ts";

const CASES: readonly (readonly [string, string, boolean])[] = [
  ["127.0.0.1:9464", "127.0.0.1:9464", true],
  ["127.1.2.3:0", "127.1.2.3:0", true],
  ["localhost:9464", "localhost:9464", true],
  ["[::1]:9464", "[::1]:9464", true],
  [":9464", "0.0.0.0:9464", false],
  [":0", "0.0.0.0:0", false],
  ["[::]:9464", "[::]:9464", false],
  ["10.0.0.7:9464", "10.0.0.7:9464", false],
  ["127.example.com:80", "127.example.com:80", false],
];
for (const [text, host, isOwn] of CASES) {
  Deno.test(`${text} is read as ${host}, ${isOwn ? "which only this machine reaches" : "which others reach"}`, () => {
    const address = AddressSchema.parse(text);
    assertEquals([hostOf(address), isLoopback(address)], [host, isOwn]);
  });
}
