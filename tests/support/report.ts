/** Prints a measured figure among the results of the tests. */
export function report(line: string): void {
  // deno-lint-ignore no-console -- people read what this prints
  console.log(line);
}
