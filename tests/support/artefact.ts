/**
 * The command of a built sensor, such as `dist/attune-core-timer-sensor.js`, that the end-to-end tests are
 * to run instead of the sources: `ATTUNE_SENSOR_CMD`, its words apart by spaces. `null`: the sources.
 */
export const ARTEFACT: readonly string[] | null = wordsOf(Deno.env.get("ATTUNE_SENSOR_CMD"));

function wordsOf(command: string | undefined): readonly string[] | null {
  const words = (command ?? "").split(/\s+/).filter((word) => word !== "");
  return words.length === 0 ? null : words;
}
