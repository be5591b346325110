/**
 * Lets go on by itself what rejects by a fault of the program alone. Such a fault is then one that nobody
 * caught: it ends the program, in its own words.
 */
export function detach(promise: Promise<unknown>): void {
  promise.catch(reportError);
}
