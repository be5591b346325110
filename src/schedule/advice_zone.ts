import { offsetText } from "../words/spans.ts";
import type { Zone } from "./zone.ts";
import { currentNameOf, isFixedName, isLongName, zoneWithSummerOf } from "./zone_names.ts";

/** Tells of a zone whose name is out of date, or whose clocks never change although it looks as if. */
export function adviceOnZone(zone: Zone, at: number): readonly string[] {
  const { id } = zone;
  const current = currentNameOf(id);
  if (isFixedName(id)) {
    const offset = offsetText(zone.stretchAt(at).offset);
    const summer = zoneWithSummerOf(id);
    const instead = summer === null ? "the name of a city" : `"${summer}"`;
    return [
      `Time zone "${id}" is UTC${offset} all year: for clocks that are put forward write ${instead}`,
    ];
  }
  return current === id || isLongName(id)
    ? []
    : [`Time zone "${id}" is a name that is no longer in use: write "${current}"`];
}
