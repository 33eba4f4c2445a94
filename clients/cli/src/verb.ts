/** One verb of the command line. `run` gives the exit code. */
export interface Verb {
  readonly usage: string;
  /** A few words for the list of verbs. */
  readonly summary: string;
  run(argv: readonly string[]): Promise<number>;
}
