import { main } from "./src/cli.ts";

Deno.exit(await main(Deno.args, Deno.env));
