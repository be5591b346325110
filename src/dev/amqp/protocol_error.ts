/** The reply codes of AMQP 0-9-1 (section 1.2 of its reference) that this broker gives. */
export const ReplyCode = {
  NO_ROUTE: 312,
  CONNECTION_FORCED: 320,
  ACCESS_REFUSED: 403,
  NOT_FOUND: 404,
  RESOURCE_LOCKED: 405,
  PRECONDITION_FAILED: 406,
  FRAME_ERROR: 501,
  COMMAND_INVALID: 503,
  CHANNEL_ERROR: 504,
  UNEXPECTED_FRAME: 505,
  NOT_ALLOWED: 530,
  NOT_IMPLEMENTED: 540,
  INTERNAL_ERROR: 541,
} as const;

// What the reference calls soft errors: the channel pays, the connection stays.
const SOFT: ReadonlySet<number> = new Set([
  ReplyCode.ACCESS_REFUSED,
  ReplyCode.NOT_FOUND,
  ReplyCode.RESOURCE_LOCKED,
  ReplyCode.PRECONDITION_FAILED,
]);

/** Something the client may not do: it closes the channel or the connection, as the code has it. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: number;

  /** `detail` follows the code's name in the reply text, worded as RabbitMQ words it. */
  constructor(reply: keyof typeof ReplyCode, detail: string) {
    super(`${reply} - ${detail}`);
    this.code = ReplyCode[reply];
  }

  /** Whether the channel alone is closed. */
  get isSoft(): boolean {
    return SOFT.has(this.code);
  }
}
