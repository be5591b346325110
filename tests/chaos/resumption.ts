import * as z from "zod";

const Resumed = z.looseObject({
  message: z.string().startsWith("Resuming from the checkpoint"),
  since: z.iso.datetime().transform(Date.parse),
});

/**
 * The instant that a sensor goes on from, in epoch milliseconds of its clock, if a line of its log is the
 * one that tells it. Whatever fell due after that is this sensor's to fire, or to skip where it is late.
 */
export function resumedFrom(line: string): number | null {
  if (!line.includes('"Resuming from the checkpoint')) return null;
  return Resumed.parse(JSON.parse(line)).since;
}
