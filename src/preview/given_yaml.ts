import { constructFromEvents, type Event, EVENT_ID, parseEvents, YAMLException } from "js-yaml";
import { type Given, givenFrom, listIn } from "./given.ts";

/** More levels are no rule. */
const MAX_DEPTH = 100;
/** Where something stands in the text, and what it consists of: of a mapping each key and its value. */
interface Place {
  readonly at: number;
  readonly parts: Place[];
}

const NOWHERE: Place = { at: 0, parts: [] };

/** Finds the rules in YAML, of which JSON is a part: each document is one, or a list of them. */
export function givenFromYaml(text: string): readonly Given[] {
  try {
    const events = parseEvents(text, { maxDepth: MAX_DEPTH });
    const places = placesOf(events);
    return constructFromEvents(events, { source: text })
      .flatMap((document, index) => givenInDocument(document, places[index] ?? NOWHERE, text));
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = (error.mark?.line ?? 0) + 1;
    return [{ is: "unreadable", line, name: null, problem: `cannot read YAML: ${error.reason}` }];
  }
}

function givenInDocument(document: unknown, place: Place, text: string): Given[] {
  if (document === null || document === undefined) return [];
  const list = listIn(document);
  if (list === null) return [givenFrom(document, lineAt(place.at, text))];
  const { items, index } = list;
  const parts = index === null ? place.parts : place.parts[2 * index + 1]?.parts ?? [];
  return items.map((item, i) => givenFrom(item, lineAt((parts[i] ?? place).at, text)));
}

/** The places of the documents' contents. */
function placesOf(events: readonly Event[]): Place[] {
  const documents: Place[] = [];
  const open: Place[] = [];
  for (const event of events) {
    if (event.type === EVENT_ID.POP) {
      open.pop();
      continue;
    }
    const place = { at: placeOf(event), parts: [] };
    const within = open.at(-1);
    if (within === undefined) documents.push(place);
    else within.parts.push(place);
    const isOpen = event.type !== EVENT_ID.SCALAR && event.type !== EVENT_ID.ALIAS;
    if (isOpen) open.push(place);
  }
  return documents.map((document) => document.parts[0] ?? NOWHERE);
}

function placeOf(event: Event): number {
  if ("start" in event) return event.start;
  return "valueStart" in event ? event.valueStart : 0;
}

/** The number of the line of a place, from 1. */
function lineAt(place: number, text: string): number {
  return text.slice(0, place).split("\n").length;
}
