/** The bearer token, asked for its value before each request. */
export interface Bearer {
  readonly value: string;
  /** Whether there is another token in the place of a refused one. Rejects where that is yet to be seen. */
  renew(refused: string): Promise<boolean>;
}
