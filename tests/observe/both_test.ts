import { assertEquals } from "@std/assert";
import { both } from "../../src/observe/both.ts";

interface Events {
  began(name: string): void;
  ended(name: string, count: number): void;
}

function listener(who: string, told: string[]): Events {
  return {
    began: (name) => void told.push(`${who}: ${name} began`),
    ended: (name, count) => void told.push(`${who}: ${name} ended ${count}`),
  };
}

Deno.test("both() tells the first and then the second, with the same words", () => {
  const told: string[] = [];
  const { ended } = both(listener("a", told), listener("b", told));
  ended("it", 3);
  assertEquals(told, ["a: it ended 3", "b: it ended 3"]);
});

Deno.test("both() tells the second only what it wants to hear, and nobody where there is no second", () => {
  const told: string[] = [];
  const { began } = listener("b", told);
  const events = both(both(listener("a", told), { began }), undefined);
  events.began("it");
  events.ended("it", 1);
  assertEquals(told, ["a: it began", "b: it began", "a: it ended 1"]);
});

Deno.test("both() survives being spread into another listener", () => {
  const told: string[] = [];
  const events = { ...both(listener("a", told), listener("b", told)) };
  events.began("it");
  assertEquals(told.length, 2);
});

Deno.test("both() tells the second alone of what the first does not want to hear", () => {
  const told: string[] = [];
  const first: Partial<Events> = {};
  const events = both(first, listener("b", told));
  events.began?.("it");
  assertEquals(told, ["b: it began"]);
});
