const PAGES_AT_ONCE = 4;

/** What has to be known of a page to find the others. */
export interface Page {
  /** As of this page: rules come and go while others are read. */
  readonly totalPages: number;
  readonly isEmpty: boolean;
}

/**
 * Reads the pages after `first`, a few at a time, and gives them out as they come. The first failure
 * ends all, and so does the reader's losing interest.
 */
export async function* laterPages<P extends Page>(
  first: P,
  read: (number: number, signal: AbortSignal) => Promise<P>,
  signal: AbortSignal,
): AsyncGenerator<P, void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const coming = new Map<number, Promise<{ number: number; page: P }>>();
  let last = first.totalPages;
  let next = 2;
  try {
    while (next <= last || coming.size > 0) {
      for (; next <= last && coming.size < PAGES_AT_ONCE; next++) {
        const number = next;
        coming.set(number, read(number, either).then((page) => ({ number, page })));
      }
      const { number, page } = await Promise.race(coming.values());
      coming.delete(number);
      // An empty page is the end, whatever number of pages was named before.
      last = page.isEmpty ? Math.min(last, number) : Math.max(last, page.totalPages);
      yield page;
    }
  } finally {
    stop.abort(new Error("The other pages are not wanted any more"));
    await Promise.allSettled(coming.values());
  }
}
