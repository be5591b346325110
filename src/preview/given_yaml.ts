import { constructFromEvents, type Event, EVENT_ID, parseEvents, YAMLException } from "js-yaml";
import { type Given, givenFrom } from "./given.ts";

/** More levels are no rule. */
const MAX_DEPTH = 100;
/** How deep in a stream a document's contents lie, and how deep the items of a list. */
const DEPTH_OF_ITEMS = 2;

/** Finds the rules in YAML, of which JSON is a part: each document is one, or a list of them. */
export function givenFromYaml(text: string): readonly Given[] {
  try {
    const events = parseEvents(text, { maxDepth: MAX_DEPTH });
    const places = placesOf(events);
    return constructFromEvents(events, { source: text })
      .flatMap((document, index) => givenInDocument(document, places[index] ?? [], text));
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = (error.mark?.line ?? 0) + 1;
    return [{ is: "unreadable", line, name: null, problem: `cannot read YAML: ${error.reason}` }];
  }
}

function givenInDocument(
  document: unknown,
  [own = 0, ...items]: readonly number[],
  text: string,
): Given[] {
  if (document === null || document === undefined) return [];
  if (!Array.isArray(document)) return [givenFrom(document, lineAt(own, text))];
  return document.map((item, index) => givenFrom(item, lineAt(items[index] ?? own, text)));
}

/** Of each document the place of its contents in the text, and the places of what that consists of. */
function placesOf(events: readonly Event[]): number[][] {
  const documents: number[][] = [];
  let depth = 0;
  for (const event of events) {
    if (event.type === EVENT_ID.POP) {
      depth--;
      continue;
    }
    if (event.type === EVENT_ID.DOCUMENT) documents.push([]);
    else if (depth <= DEPTH_OF_ITEMS) documents.at(-1)?.push(placeOf(event));
    const isOpen = event.type !== EVENT_ID.SCALAR && event.type !== EVENT_ID.ALIAS;
    if (isOpen) depth++;
  }
  return documents;
}

function placeOf(event: Event): number {
  if ("start" in event) return event.start;
  return "valueStart" in event ? event.valueStart : 0;
}

/** The number of the line of a place, from 1. */
function lineAt(place: number, text: string): number {
  return text.slice(0, place).split("\n").length;
}
