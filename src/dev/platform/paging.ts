/** A page of a list as the platform answers it (contract 2.3). */
export interface Page {
  readonly items: readonly unknown[];
  readonly pagination: Readonly<Record<string, number | boolean>>;
}

/** Where a page begins. The platform multiplies in 32 bits, and so does this. */
export function pageOffset(page: number, pageSize: number): number {
  return Math.imul(page - 1, pageSize) >>> 0;
}

/** A page with its totals, which the platform works out from the page size that was asked for. */
export function pageWithTotals(
  items: readonly unknown[],
  page: number,
  pageSize: number,
  totalItems: number,
): Page {
  const totalPages = pageSize === 0 ? 0 : Math.ceil(totalItems / pageSize);
  return {
    items,
    pagination: {
      page,
      page_size: pageSize,
      total_items: totalItems,
      total_pages: totalPages,
      has_previous: page > 1,
      has_next: page < totalPages,
    },
  };
}

/** A page without totals. */
export function pageWithoutTotals(
  items: readonly unknown[],
  page: number,
  pageSize: number,
  hasNext: boolean,
): Page {
  return {
    items,
    pagination: { page, page_size: pageSize, has_previous: page > 1, has_next: hasNext },
  };
}
