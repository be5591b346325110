import { problemText } from "../ground/error_text.ts";
import type { Layout } from "../domain/layout.ts";
import { layoutFromText } from "./layout_text.ts";
import { isForbidden, replyText } from "./fault.ts";

/** What is in the register is of no use. */
export class UnusableLayout extends Error {}

/** The layout that some messages hold; the later one where a change was not finished. */
export function newestLayout(texts: readonly string[]): Layout | null {
  let newest: Layout | null = null;
  for (const text of texts) {
    const layout = read(text);
    if (newest === null || layout.generation > newest.generation) newest = layout;
  }
  return newest;
}

function read(text: string): Layout {
  try {
    return layoutFromText(text);
  } catch (error) {
    throw new UnusableLayout(problemText(error));
  }
}

/** Why the layout is of no use where the connection is; `null` for everything else. */
export function reasonToGoOn(error: unknown): string | null {
  if (isForbidden(error)) return replyText(error);
  return error instanceof UnusableLayout ? error.message : null;
}
