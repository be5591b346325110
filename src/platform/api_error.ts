/** What is known of a failed call beside its message. */
export interface ApiErrorDetails {
  /** The HTTP status of the platform; `null` where no answer came, or one that is not the platform's. */
  readonly status: number | null;
  /** The platform's own code, such as `NOT_FOUND`. */
  readonly code?: string | null;
  /** Whether the same call may pass later. */
  readonly retriable: boolean;
  /** How long the server asks to be left alone. */
  readonly retryAfterMs?: number | null;
}

/** The same with what is wrong, in words that do not name the call. */
export interface Failure extends ApiErrorDetails {
  readonly reason: string;
}

/** A call to the Attune API failed. The message names method, path and fault; no token is in it. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number | null;
  readonly code: string | null;
  readonly retriable: boolean;
  readonly retryAfterMs: number | null;

  constructor(message: string, details: ApiErrorDetails, options?: ErrorOptions) {
    super(message, options);
    this.status = details.status;
    this.code = details.code ?? null;
    this.retriable = details.retriable;
    this.retryAfterMs = details.retryAfterMs ?? null;
  }
}
