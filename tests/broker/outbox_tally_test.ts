import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { OutboxTally } from "../../src/broker/outbox_tally.ts";

/** What looks in a row find, with nothing else going on. */
function looks(
  tally: OutboxTally,
  ...seen: (readonly [waiting: number, held: number])[]
): number[] {
  return seen.map(([waiting, held]) => tally.look({ waiting, held }, tally.moment));
}

function tallyOf(count: number): OutboxTally {
  const tally = new OutboxTally();
  tally.found(count);
  return tally;
}

Deno.test("Events that are missing at three looks in a row are gone, and told once", () => {
  const tally = tallyOf(10);
  assertEquals(looks(tally, [4, 3], [4, 3], [4, 3], [4, 3], [4, 3]), [0, 0, 3, 0, 0]);
});

Deno.test("What was on its way at one of three looks is not gone", () => {
  assertEquals(looks(tallyOf(10), [6, 3], [6, 3], [7, 3], [6, 3], [6, 3]), [0, 0, 0, 0, 0]);
  assertEquals(looks(tallyOf(10), [4, 3], [2, 3], [5, 3]), [0, 0, 2]);
});

Deno.test("What others held, and is there again, counts from then on", () => {
  assertEquals(looks(tallyOf(1), [5, 0], [0, 0], [0, 0], [0, 0]), [0, 0, 0, 5]);
});

Deno.test("A look during which an event was put there, or taken out, says nothing", () => {
  const tally = tallyOf(10);
  const { moment } = tally;
  tally.beginPut();
  tally.endPut(true);
  assertEquals(tally.look({ waiting: 0, held: 0 }, moment), 0);
  tally.beginPut();
  assertEquals(looks(tally, [0, 0], [0, 0], [0, 0]), [0, 0, 0]);
  tally.endPut(false);
  assertEquals(looks(tally, [0, 0], [0, 0], [0, 0]), [0, 0, 11]);
});

Deno.test("While events are taken out nothing is certain", () => {
  const tally = tallyOf(10);
  for (let n = 0; n < 5; n++) {
    tally.remove();
    assertEquals(looks(tally, [0, 0]), [0]);
  }
  assertEquals(looks(tally, [0, 0], [0, 0], [0, 0]), [0, 0, 5]);
});

Deno.test("Where another one had the outbox meanwhile nothing is missing", () => {
  const tally = tallyOf(10);
  tally.reset();
  assert(tally.isEmpty);
  assertEquals(looks(tally, [3, 0], [3, 0], [3, 0]), [0, 0, 0]);
});

/** An outbox that loses nothing: what it has, and what of that has not reached this process yet. */
class SoundOutbox {
  readonly tally = new OutboxTally();
  #waiting = 0;
  #underWay = 0;
  #held = 0;

  put(isConfirmed: boolean): void {
    this.tally.beginPut();
    this.#waiting++;
    this.tally.endPut(isConfirmed);
  }

  handOut(count: number): void {
    const given = Math.min(count, this.#waiting);
    this.#waiting -= given;
    this.#underWay += given;
  }

  arrive(): void {
    this.#held += this.#underWay;
    this.#underWay = 0;
  }

  take(): void {
    if (this.#held === 0) return;
    this.#held--;
    this.tally.remove();
  }

  look(): number {
    const found = this.tally.look({ waiting: this.#waiting, held: this.#held }, this.tally.moment);
    // A second passes before the next.
    this.arrive();
    return found;
  }
}

Deno.test("Of an outbox that loses nothing none is ever found to be gone", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("put" as const), isConfirmed: fc.boolean() }),
    fc.record({ do: fc.constant("handOut" as const), count: fc.nat(5) }),
    fc.constant({ do: "arrive" as const }),
    fc.constant({ do: "take" as const }),
    fc.constant({ do: "look" as const }),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const outbox = new SoundOutbox();
    for (const it of steps) {
      switch (it.do) {
        case "put":
          outbox.put(it.isConfirmed);
          break;
        case "handOut":
          outbox.handOut(it.count);
          break;
        case "look":
          assertEquals(outbox.look(), 0);
          break;
        default:
          outbox[it.do]();
      }
    }
  }));
});
