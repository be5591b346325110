/** What became of the token. Instants are epoch milliseconds by the API's clock, `null` unknown. */
export type TokenNews =
  /** The API gave another token for the one that was. */
  | { readonly kind: "token_renewed"; readonly expiresAt: number | null }
  /** The file held another token. */
  | { readonly kind: "token_rotated"; readonly expiresAt: number | null }
  /** The next attempt follows in `retryMs`; `null`: this token cannot be renewed. */
  | {
    readonly kind: "token_renewal_failed";
    readonly error: unknown;
    readonly retryMs: number | null;
  }
  /** The token has at most 6 hours or 1 hour left, and no renewal is known of. Once each. */
  | { readonly kind: "token_expiring"; readonly leftMs: number }
  /** It has expired by the API's clock, as the dates of its answers have it. */
  | { readonly kind: "token_expired" }
  /** The file cannot be read; the token from before stays. Once for a problem. */
  | { readonly kind: "token_file_unreadable"; readonly problem: string };
