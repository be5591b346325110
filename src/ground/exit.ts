/** How the program ends. The numbers are part of its interface. */
export const ExitCode = {
  clean: 0,
  unexpected: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** The Attune API was not reachable at start. */
  api: 3,
  /** RabbitMQ was not reachable at start. */
  broker: 4,
  /** The token has expired or is refused. */
  token: 5,
  /** `check`: the rules cannot be read, or some have no timer. */
  rules: 6,
  /** `check`: an exchange or a queue is missing or closed. */
  queues: 7,
  /** `check`: this machine's clock is not the API's. */
  clock: 8,
} as const;
export type ExitCode = typeof ExitCode[keyof typeof ExitCode];

/** Ends the program with an exit code; the message is what the operator reads. */
export class Fatal extends Error {
  override readonly name = "Fatal";
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
