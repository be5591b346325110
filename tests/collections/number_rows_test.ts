import { assertEquals } from "@std/assert";
import { NumberRows } from "../../src/collections/number_rows.ts";

Deno.test("NumberRows keeps each number in its row and column, however many rows there come to be", () => {
  const rows = new NumberRows(3);
  for (let row = 0; row < 5000; row++) {
    for (let column = 0; column < 3; column++) rows.set(row, column, row * 10 + column);
  }
  for (let row = 0; row < 5000; row++) {
    assertEquals([0, 1, 2].map((column) => rows.get(row, column)), [
      row * 10,
      row * 10 + 1,
      row * 10 + 2,
    ]);
  }
});

Deno.test("NumberRows makes room for a row far beyond the last, with nothing in it but what is set", () => {
  for (const none of [0, NaN]) {
    const rows = new NumberRows(2, none);
    assertEquals(rows.get(100_000, 1), none);
    rows.set(100_000, 1, -Infinity);
    assertEquals([rows.get(100_000, 1), rows.get(100_000, 0), rows.get(7, 0)], [
      -Infinity,
      none,
      none,
    ]);
  }
});
