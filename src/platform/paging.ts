import type { Oddity } from "../sync/rule_source.ts";

const PAGES_AT_ONCE = 4;
/** The API returns at most 100, and counts its offsets by what was asked for (contract 2.4). */
const PAGE_SIZE = 100;
/** A page that is too long is read again in so many smaller ones. */
const PARTS = 10;
/** Two million rules of a trigger: more than one process holds. */
const MOST_PAGES = 20_000;

/** What has to be known of a page to find the others. */
export interface Page {
  /** Its rows, whether they can be read or not. */
  readonly rows: number;
  /** Of its first row, `null` where that cannot be read. */
  readonly firstId: number | null;
  /** The last page, as far as this one tells: rules come and go while others are read. */
  readonly lastPage: number;
}

/** A page, and what was odd about it. */
export type OddPage<P> = P & { readonly oddity: Oddity | null };

/** Where a page lies in its list: its number is counted from 1, in pages of its own size. */
export interface PageSpan {
  readonly number: number;
  readonly size: number;
}

/** Reads a page. It may be too long, so that smaller ones are to be read; or there is no such list. */
export type ReadPage<P> = (span: PageSpan, signal: AbortSignal) => Promise<P | "too long" | "none">;

/**
 * Reads all pages: the first one first, the others a few at a time, and gives them out as they come. A page
 * that is too long comes in parts, down to single rows. The first failure ends all, and so does the reader's
 * losing interest.
 */
export async function* allPages<P extends Page>(
  read: ReadPage<P>,
  signal: AbortSignal,
): AsyncGenerator<OddPage<P>, void> {
  const stop = new AbortController();
  const pages = new Pages(read, AbortSignal.any([signal, stop.signal]));
  try {
    yield* pages.first();
    yield* pages.others();
  } finally {
    stop.abort(new Error("The other pages are not wanted any more"));
    await pages.ended();
  }
}

interface Coming<P> {
  readonly number: number;
  readonly page: P | "too long" | "none";
}

/** The pages of one list, and where it ends. */
class Pages<P extends Page> {
  readonly #read: ReadPage<P>;
  readonly #signal: AbortSignal;
  readonly #coming = new Map<number, Promise<Coming<P>>>();
  readonly #firstIds = new Set<number>();
  /** Unknown until a page tells. */
  #last = MOST_PAGES;
  #isTold = false;

  constructor(read: ReadPage<P>, signal: AbortSignal) {
    this.#read = read;
    this.#signal = signal;
  }

  /** The first one, or its parts. */
  async *first(): AsyncGenerator<OddPage<P>, void> {
    const span = { number: 1, size: PAGE_SIZE };
    const page = await this.#read(span, this.#signal);
    if (page === "too long") yield* this.#parts(span);
    else if (page === "none") this.#last = 0;
    else yield this.#take(1, page);
  }

  /** Those after the first, in the order in which they come. */
  async *others(): AsyncGenerator<OddPage<P>, void> {
    const tooLong: number[] = [];
    for (let next = 2; next <= this.#last || this.#coming.size > 0;) {
      while (next <= this.#last && this.#coming.size < PAGES_AT_ONCE) this.#request(next++);
      const { number, page } = await Promise.race(this.#coming.values());
      this.#coming.delete(number);
      if (page === "too long") tooLong.push(number);
      else if (page === "none") this.#last = Math.min(this.#last, number);
      else yield this.#take(number, page);
    }
    for (const number of tooLong) yield* this.#parts({ number, size: PAGE_SIZE });
  }

  /** Resolves when no request is under way. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#coming.values());
  }

  /** A page in smaller ones, one after another: there is much to hold. */
  async *#parts({ number, size }: PageSpan): AsyncGenerator<OddPage<P>, void> {
    const part = size / PARTS;
    for (let index = 1; index <= PARTS; index++) {
      const which = { number: (number - 1) * PARTS + index, size: part };
      const page = await this.#read(which, this.#signal);
      if (page === "none") return;
      if (page === "too long") {
        yield* this.#parts(which);
        continue;
      }
      this.#extend(1, Math.ceil(page.lastPage * part / PAGE_SIZE));
      yield { ...page, oddity: null };
      if (page.rows === 0) return;
    }
  }

  /** Learns from a page where the list ends. */
  #take(number: number, page: P): OddPage<P> {
    const { rows, firstId, lastPage } = page;
    const isRepeated = firstId !== null && this.#firstIds.has(firstId);
    if (firstId !== null) this.#firstIds.add(firstId);
    // An empty page is the end, whatever number of pages was named before; so is one that was there.
    if (rows === 0 || isRepeated) this.#last = Math.min(this.#last, number);
    else this.#extend(number, lastPage);
    if (isRepeated) return { ...page, oddity: "repeated" };
    return { ...page, oddity: lastPage > MOST_PAGES ? "endless" : null };
  }

  #request(number: number): void {
    const reading = this.#read({ number, size: PAGE_SIZE }, this.#signal);
    this.#coming.set(number, reading.then((page) => ({ number, page })));
  }

  #extend(number: number, lastPage: number): void {
    const last = Math.min(MOST_PAGES, Math.max(number, lastPage));
    this.#last = this.#isTold ? Math.max(this.#last, last) : last;
    this.#isTold = true;
  }
}
