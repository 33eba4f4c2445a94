/** Exit codes of the command line (api.md). */
export const exitCode = {
  done: 0,
  /** The answer is no: findings, a failed expectation, a condition not met. */
  no: 1,
  usage: 2,
  /** Refused by the host. */
  refused: 3,
  unreachable: 4,
} as const;

/** A wrong command line: shown with the verb's usage. */
export class UsageError extends Error {}
