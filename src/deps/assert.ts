/** Stand-in for `jsr:@std/assert`: the same code, as npm has it. */
// @ts-types="./assert.d.ts"
export * from "npm:deno-std@1.4.0/assert/mod.js";
