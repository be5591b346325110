import { readRegularFile, type ReadText, readTokenFile, TokenError } from "./token_file.ts";
import { readingOf, type RenewalPlan, type TokenReading } from "./token_reading.ts";

/** Where the token comes from: from the file where one is named, else, or until it can be read, `value`. */
export interface TokenSource {
  readonly value: string | null;
  readonly file: string | null;
}

/** Finds the token. Throws a {@link TokenError} where there is none at all. */
export async function openToken(
  { value, file }: TokenSource,
  readText: ReadText = readRegularFile,
): Promise<Token> {
  const given = value === null ? null : readingOf(value, null);
  if (file !== null) {
    const read = () => readTokenFile(file, readText);
    try {
      const reading = await read();
      return new Token({ reading, read, fileValue: reading.value, fileProblem: null });
    } catch (error) {
      if (!(error instanceof TokenError) || given === null) throw error;
      return new Token({ reading: given, read, fileValue: null, fileProblem: error.message });
    }
  }
  if (given !== null) {
    return new Token({ reading: given, read: null, fileValue: null, fileProblem: null });
  }
  throw new TokenError("No token: expected a service account token, or a file that holds one");
}

/** How a token begins. */
interface TokenStart {
  readonly reading: TokenReading;
  /** Reads the file; `null` where there is none. */
  readonly read: (() => Promise<TokenReading>) | null;
  readonly fileValue: string | null;
  readonly fileProblem: string | null;
}

/** The bearer token, which may change while the program runs. {@link openToken} makes one. */
class Token {
  readonly #read: (() => Promise<TokenReading>) | null;
  #reading: TokenReading;
  /** What the file held the last time: only something else is news. */
  #fileValue: string | null;
  #fileProblem: string | null;

  constructor({ reading, read, fileValue, fileProblem }: TokenStart) {
    this.#reading = reading;
    this.#read = read;
    this.#fileValue = fileValue;
    this.#fileProblem = fileProblem;
  }

  /** What stands behind `Bearer`. */
  get value(): string {
    return this.#reading.value;
  }

  /** Epoch milliseconds, on the API's clock, at which it expires; `null` where it does not say. */
  get expiresAt(): number | null {
    return this.#reading.expiresAt;
  }

  /** The triggers it was made for; `null` where it does not say. */
  get triggerTypes(): readonly string[] | null {
    return this.#reading.triggerTypes;
  }

  /** How the API replaces it; `null` where it cannot renew itself. */
  get renewal(): RenewalPlan | null {
    return this.#reading.renewal;
  }

  /** Why the file could not be read the last time; the token from before stays in use. */
  get fileProblem(): string | null {
    return this.#fileProblem;
  }

  /** Puts another token in the place of this one, until the file holds something new. */
  adopt(reading: TokenReading): void {
    this.#reading = reading;
  }

  /** Reads the file again, if there is one: what is new in it takes the place of the token. */
  async reread(): Promise<void> {
    if (this.#read === null) return;
    try {
      this.#take(await this.#read());
      this.#fileProblem = null;
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      this.#fileProblem = error.message;
    }
  }

  /** Reads the file again, if there is one. Returns whether there is a token other than the refused one. */
  async renew(refused: string): Promise<boolean> {
    // Another request may have met the same refusal, and renewed it.
    if (this.value === refused) await this.reread();
    return this.value !== refused;
  }

  #take(reading: TokenReading): void {
    // What the file held all along does not come back in the place of what the API has renewed.
    const isNew = reading.value !== this.#fileValue;
    if (isNew || reading.value === this.value) this.adopt(reading);
    this.#fileValue = reading.value;
  }
}

export type { Token };
