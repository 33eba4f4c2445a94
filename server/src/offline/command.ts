import { parseArgs, type ParseArgsConfig } from 'node:util';
import { HostError } from '../model/host-error.js';

/** Exit codes of the command line (api.md): done; the answer is no; usage. */
export const exitCodes = { done: 0, no: 1, usage: 2 } as const;

/** A wrong command line, or input that can't be used: one sentence on stderr, exit 2. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig['options']>;

/** Parses arguments strictly; a wrong one is a UsageError that shows the usage line. */
export function readArguments<T extends Options>(
  argv: readonly string[],
  usage: string,
  options: T,
): ReturnType<typeof parseArgs<{ args: string[]; options: T; allowPositionals: true; strict: true }>> {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nusage: ${usage}`);
  }
}

/** A whole number in a range. */
export function numberOption(name: string, text: string | undefined, low: number, high: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < low || value > high)
    throw new UsageError(`--${name} must be a whole number from ${low} to ${high}, not '${text}'.`);
  return value;
}

/** One line of JSON on stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, (_key, v: unknown) => (typeof v === 'bigint' ? v.toString() : v))}\n`);
}

export function printText(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Runs a verb; refusals of the input become one sentence on stderr (or a JSON line) and exit 2 or 1. */
export async function runVerb(json: boolean, verb: () => Promise<number>): Promise<number> {
  try {
    return await verb();
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof HostError)) throw error;
    const reason = error instanceof HostError ? error.reason : 'USAGE';
    if (json)
      printJson({
        error: { reason, message: error.message, ...(error instanceof HostError && { metadata: error.metadata }) },
      });
    process.stderr.write(`plc-emu: ${error.message}\n`);
    return exitCodes.usage;
  }
}
