import type { Log } from "../log/log.ts";
import type { News } from "./news.ts";
import type { Line, Spell } from "./sentences/line.ts";
import { linesOf } from "./sentences/lines.ts";

/** Writes news into the log, and knows which of it the reader has seen. */
export class LogWriter {
  readonly #log: Log;
  readonly #told = new Set<string>();
  /** Those that last. */
  readonly #spells = new Set<Spell>();
  /** How many of each are over. */
  readonly #over = new Map<Spell, number>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Takes news. */
  listen(news: News): void {
    for (const line of linesOf(news)) this.#write(line);
  }

  #write(line: Line): void {
    const { level, message, fields, repeats, isOnce, spell, isQuietAgain, ends, isRecovery } = line;
    if (isOnce) {
      if (this.#told.has(message)) return;
      this.#told.add(message);
    }
    if (ends !== undefined && !this.#end(ends) && isRecovery) return;
    const isAgain = spell !== undefined && this.#enter(spell);
    if (repeats === undefined) {
      return this.#log[isAgain && isQuietAgain ? "debug" : level](message, fields);
    }
    const number = spell === undefined ? "" : `${this.#over.get(spell) ?? 0} `;
    this.#log.repeated(repeats.level, `${number}${repeats.cause}`, message, fields);
  }

  /** Returns whether the spell had begun before. */
  #enter(spell: Spell): boolean {
    const hadBegun = this.#spells.has(spell);
    this.#spells.add(spell);
    return hadBegun;
  }

  /** Returns whether there was such a spell. */
  #end(spell: Spell): boolean {
    if (!this.#spells.delete(spell)) return false;
    this.#over.set(spell, (this.#over.get(spell) ?? 0) + 1);
    return true;
  }
}
