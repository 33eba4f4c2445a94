import {
  ForceVariablesResponseSchema,
  ListVariablesResponseSchema,
  ReadVariablesResponseSchema,
  UnforceVariablesResponseSchema,
  WriteVariablesResponseSchema,
  type Variable,
  type WriteResult,
} from '../../../../proto/plcemu/v1/runtime_pb.js';
import { exitCode, UsageError } from '../exit-code.js';
import { withSession } from '../session.js';
import { table } from '../show.js';
import type { Verb } from '../verb.js';

interface Write {
  readonly path: string;
  readonly value: { readonly kind: { readonly case: 'literal'; readonly value: string } };
  readonly expectedGeneration?: bigint;
}

/** Pairs `PATH VALUE`, or `PATH=VALUE`; values are IEC literals and read by the host for the declared type. */
export function readPairs(words: readonly string[], expected: readonly string[]): Write[] {
  const pairs: [string, string][] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i]!;
    const at = word.indexOf('=');
    if (at > 0 && !/['"]/.test(word.slice(0, at))) pairs.push([word.slice(0, at), word.slice(at + 1)]);
    else if (i + 1 < words.length) pairs.push([word, words[(i += 1)]!]);
    else throw new UsageError(`'${word}' has no value.`);
  }
  if (pairs.length === 0) throw new UsageError('Name a variable and its value.');
  if (expected.length > 0 && expected.length !== pairs.length)
    throw new UsageError('Give one --expect-generation for each variable.');
  return pairs.map(([path, value], i) => ({
    path,
    value: { kind: { case: 'literal', value } },
    ...(expected[i] !== undefined && { expectedGeneration: generation(expected[i]) }),
  }));
}

function generation(text: string): bigint {
  if (!/^\d+$/.test(text)) throw new UsageError(`'${text}' is no generation.`);
  return BigInt(text);
}

const writeOptions = {
  'expect-generation': { type: 'string', multiple: true },
  'request-id': { type: 'string' },
} as const;

const showResults = (results: readonly WriteResult[], scan: bigint): string =>
  results.map((r) => `${r.path}: generation ${r.generation}, in force after scan ${scan}`).join('\n');

const vars: Verb = {
  usage: 'plc-emu vars [GLOB] [--hidden] [--composites]',
  summary: 'list variables with their types',
  run: (argv) =>
    withSession(argv, { hidden: { type: 'boolean' }, composites: { type: 'boolean' } }, async (s) => {
      let pageToken = '';
      do {
        const response = await s.client.runtime.listVariables({
          runtime: s.runtime,
          pattern: s.positionals[0] ?? '',
          hidden: s.values.hidden ?? false,
          composites: s.values.composites ?? false,
          pageToken,
        });
        if (response.variables.length > 0 || s.json)
          s.print(ListVariablesResponseSchema, response, () => table(response.variables.map(showVariable)));
        pageToken = response.nextPageToken;
      } while (pageToken !== '');
      return exitCode.done;
    }),
};

function showVariable(variable: Variable): string[] {
  const flags = [
    variable.section,
    ...(variable.constant ? ['constant'] : []),
    ...(variable.retain ? ['retain'] : []),
    ...(variable.forced ? ['forced'] : []),
    ...(variable.address === '' ? [] : [`at ${variable.address}`]),
  ];
  return [variable.path, variable.type, flags.join(' ')];
}

const read: Verb = {
  usage: 'plc-emu read PATH...',
  summary: 'read variables, all after the same scan',
  run: (argv) =>
    withSession(argv, {}, async (s) => {
      if (s.positionals.length === 0) throw new UsageError('Name a variable.');
      const response = await s.client.runtime.readVariables({ runtime: s.runtime, paths: [...s.positionals] });
      s.print(ReadVariablesResponseSchema, response, () =>
        table(response.variables.map((v) => [v.path, v.type, v.literal + (v.forced ? '  (forced)' : '')])),
      );
      return exitCode.done;
    }),
};

const write: Verb = {
  usage: 'plc-emu write PATH VALUE [PATH VALUE]... [--expect-generation G]... [--request-id ID]',
  summary: 'write variables, all or none, at one scan boundary',
  run: (argv) =>
    withSession(argv, writeOptions, async (s) => {
      const writes = readPairs(s.positionals, s.values['expect-generation'] ?? []);
      const response = await s.client.runtime.writeVariables({
        runtime: s.runtime,
        writes,
        requestId: s.values['request-id'] ?? '',
      });
      s.print(WriteVariablesResponseSchema, response, () => showResults(response.results, response.scan));
      return exitCode.done;
    }),
};

const force: Verb = {
  usage: 'plc-emu force PATH VALUE [PATH VALUE]...',
  summary: 'hold variables at values until they are released',
  run: (argv) =>
    withSession(argv, writeOptions, async (s) => {
      const writes = readPairs(s.positionals, s.values['expect-generation'] ?? []);
      const response = await s.client.runtime.forceVariables({
        runtime: s.runtime,
        writes,
        requestId: s.values['request-id'] ?? '',
      });
      s.print(ForceVariablesResponseSchema, response, () => showResults(response.results, response.scan));
      return exitCode.done;
    }),
};

const unforce: Verb = {
  usage: 'plc-emu unforce [PATH]...',
  summary: 'release forced variables; all without a path',
  run: (argv) =>
    withSession(argv, { 'request-id': { type: 'string' } }, async (s) => {
      const response = await s.client.runtime.unforceVariables({
        runtime: s.runtime,
        paths: [...s.positionals],
        requestId: s.values['request-id'] ?? '',
      });
      s.print(UnforceVariablesResponseSchema, response, () =>
        response.released.length === 0 ? 'nothing was forced' : response.released.join('\n'),
      );
      return exitCode.done;
    }),
};

export const variableVerbs = { vars, read, write, force, unforce };
