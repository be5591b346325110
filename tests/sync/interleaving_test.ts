import * as z from "zod";
import interleavings from "../testdata/rule_interleavings.json" with { type: "json" };
import { Act, perform } from "./interleaving.ts";

/** Interleavings that went wrong once. */
const Found = z.array(z.strictObject({
  name: z.string(),
  acts: z.array(Act),
  pauses: z.array(z.int().min(0)),
}));
const found = Found.parse(interleavings);

for (const { name, acts, pauses } of found) {
  Deno.test(`No rule comes back to life and none is dropped when ${name}`, async () => {
    await perform(acts, pauses);
  });
}
