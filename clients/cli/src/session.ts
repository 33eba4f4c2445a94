import { parseArgs, type ParseArgsConfig } from 'node:util';
import { toJson, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { createClient, type PlcClient } from '../../node/src/index.js';
import { UsageError } from './exit-code.js';

type Options = NonNullable<ParseArgsConfig['options']>;

/** Options that every verb takes. */
const common = {
  json: { type: 'boolean' },
  target: { type: 'string' },
  'token-file': { type: 'string' },
  timeout: { type: 'string' },
  runtime: { type: 'string' },
  client: { type: 'string' },
} as const satisfies Options;

type Parsed<T extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T & typeof common; allowPositionals: true; strict: true }>
>;

/** What a verb works with: its arguments, a connection, and a way to print. */
export interface Session<T extends Options> {
  readonly values: Parsed<T>['values'];
  readonly positionals: readonly string[];
  readonly json: boolean;
  readonly runtime: string;
  readonly client: PlcClient;
  /** With --json one line of JSON, else the text. */
  print<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>, text: () => string): void;
  /** The same for what is no message. */
  printLine(json: unknown, text: () => string): void;
}

/** Parses a verb's arguments and makes its client; the client is closed when `run` ends. */
export async function withSession<T extends Options>(
  argv: readonly string[],
  options: T,
  run: (session: Session<T>) => Promise<number>,
): Promise<number> {
  const { values, positionals } = parse(argv, options);
  const given = values as {
    json?: boolean;
    target?: string;
    'token-file'?: string;
    timeout?: string;
    runtime?: string;
    client?: string;
  };
  const timeoutMs = given.timeout === undefined ? undefined : durationMs(given.timeout);
  const client = createClient({
    name: given.client ?? `plc-emu/${process.env.USER ?? process.pid}`,
    ...(given.target !== undefined && { target: given.target }),
    ...(given['token-file'] !== undefined && { tokenFile: given['token-file'] }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  const json = given.json === true;
  const printLine = (data: unknown, text: () => string): void => {
    process.stdout.write(`${json ? JSON.stringify(data) : text()}\n`);
  };
  try {
    return await run({
      values,
      positionals,
      json,
      runtime: given.runtime ?? '',
      client,
      print: (schema, message, text) => printLine(json ? toJson(schema, message) : undefined, text),
      printLine,
    });
  } finally {
    client.close();
  }
}

function parse<T extends Options>(argv: readonly string[], options: T): Parsed<T> {
  try {
    // A negative number is a value, not an option.
    const args = argv.flatMap((arg) => (/^-\d/.test(arg) ? ['--', arg] : [arg]));
    return parseArgs({
      args: mergeTerminators(args),
      options: { ...common, ...options },
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Options may follow a negative number: everything after the first `--` that is no number goes before it. */
function mergeTerminators(args: readonly string[]): string[] {
  const first = args.indexOf('--');
  if (first < 0) return [...args];
  const rest = args.slice(first).filter((arg) => arg !== '--');
  const flags: string[] = [];
  const plain: string[] = [];
  for (let i = 0; i < rest.length; i += 1) {
    const arg = rest[i]!;
    if (!arg.startsWith('--')) plain.push(arg);
    else if (arg.includes('=') || arg === '--json') flags.push(arg);
    else flags.push(arg, rest[(i += 1)] ?? '');
  }
  return [...args.slice(0, first), ...flags, '--', ...plain];
}

/** `5s`, `250ms` or a plain number of milliseconds. */
export function durationMs(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  if (!match) throw new UsageError(`'${text}' is no duration; write 250ms, 5s or 2m.`);
  return Number(match[1]) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[(match[2] ?? 'ms') as 'ms' | 's' | 'm' | 'h'];
}

/** A whole number from `low`. */
export function wholeNumber(name: string, text: string, low = 0): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < low)
    throw new UsageError(`${name} must be a whole number from ${low}, not '${text}'.`);
  return value;
}
