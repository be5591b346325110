import * as z from "zod";
import { messageOf } from "./message_of.ts";

/** What is wrong with something from outside, in one line that names the members. */
export function problemText(error: unknown): string {
  if (!(error instanceof z.ZodError)) return messageOf(error);
  return error.issues
    .map(({ path, message }) => path.length === 0 ? message : `${path.join(".")}: ${message}`)
    .join("; ");
}
