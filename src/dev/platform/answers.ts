/** What goes back to a client. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What to do as soon as it is sent. */
  readonly afterwards?: () => void;
}

/** The codes of application errors that the stand-in gives (contract 2.3, shape 1). */
export type ErrorCode = keyof typeof STATUS_OF_CODE;

/** What the authentication extractor says (contract 2.3, shape 2). */
export type AuthProblem =
  | "Missing authentication token"
  | "Invalid authentication token"
  | "Authentication token expired";

const STATUS_OF_CODE = {
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  UNPROCESSABLE_ENTITY: 422,
  VALIDATION_ERROR: 422,
  DATABASE_ERROR: 500,
} as const;
const JSON_HEADERS = { "content-type": "application/json" };
const TEXT_HEADERS = { "content-type": "text/plain; charset=utf-8" };

/** An answer that ends a request early. `message` says why, for callers that are not HTTP clients. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly answer: Answer;

  constructor(answer: Answer, message: string) {
    super(message);
    this.answer = answer;
  }
}

/** A JSON answer. */
export function json(status: number, value: unknown): Answer {
  return { status, headers: JSON_HEADERS, body: JSON.stringify(value) };
}

/** A plain text answer. */
export function text(status: number, body: string): Answer {
  return { status, headers: TEXT_HEADERS, body };
}

/** An answer without a body. */
export function empty(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, body: "" };
}

/** A refusal by the application: `{"error": "...", "code": "..."}`. */
export function apiError(code: ErrorCode, message: string): Refusal {
  return new Refusal(json(STATUS_OF_CODE[code], { error: message, code }), message);
}

/** A refusal by the authentication extractor: `{"error": {"code": 401, "message": "..."}}`. */
export function authError(message: AuthProblem): Refusal {
  return new Refusal(json(401, { error: { code: 401, message } }), message);
}

/** A refusal by the framework: plain text. */
export function rejection(status: 400 | 413 | 415 | 422, message: string): Refusal {
  return new Refusal(text(status, message), message);
}
