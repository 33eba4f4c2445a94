import { HostError } from '../model/host-error.js';
import { parseJsonExactly, type Json } from './json-value.js';
import { parseScenario, type Scenario } from './scenario-file.js';

/** A case of `plc-emu test`: plain data, since it crosses to a worker. */
export type TestCase = {
  readonly id: string;
  /** Name of the profile; absent: the default one. */
  readonly profile?: string;
  readonly documents: readonly { readonly name: string; readonly content: string | Uint8Array }[];
} &
  /** `parse`: whether the text can be read; else also whether it means something. */
  (
    | { readonly kind: 'accept' | 'reject'; readonly stage: 'parse' | 'whole' }
    | {
        readonly kind: 'run';
        /** PROGRAM whose variables `inputs` and `expect` name; absent: the only one. */
        readonly program?: string;
        readonly initial: Readonly<Record<string, Json>>;
        readonly scans: readonly CaseScan[];
        /** Absolute, for REAL and LREAL. */
        readonly tolerance?: number;
      }
    | { readonly kind: 'scenario'; readonly scenario: Scenario }
  );

export interface CaseScan {
  readonly inputs: Readonly<Record<string, Json>>;
  /** Virtual time that passes before the scan. */
  readonly dtMs: number;
  readonly expect: Readonly<Record<string, Json>>;
  /** The scan ends in a fault; what it is called at its origin. */
  readonly error?: string;
}

/** What became of a case. */
export interface CaseOutcome {
  readonly ok: boolean;
  readonly got: unknown;
  readonly expected: unknown;
  readonly diagnostics: readonly unknown[];
}

/** The profile of a field case's dialect; undefined: the default. */
export function profileOfDialect(dialect: string | undefined): string | undefined {
  if (dialect === undefined) return undefined;
  if (dialect === 'twincat' || dialect === 'matiec' || dialect === 'codesys') return dialect;
  // Extensions that a strict reading of the standard refuses are those of CODESYS.
  return dialect === 'rusty' || dialect.endsWith('/codesys') || dialect.startsWith('ironplc-option')
    ? 'codesys'
    : 'iec';
}

const bad = (where: string, what: string): HostError =>
  new HostError('INVALID_REQUEST', `${where} ${what}.`, { where });

/** A case as read, before its project is loaded: `project` is a path relative to the file that holds the case. */
export interface CaseSource {
  readonly project?: string;
  /** Completes the case with the documents of its project. */
  complete(documents: TestCase['documents']): TestCase;
}

/** Reads one line of a `.jsonl` file of cases. */
export function parseCaseLine(line: string, where: string): CaseSource {
  let json: Record<string, unknown>;
  try {
    json = parseJsonExactly(line) as Record<string, unknown>;
  } catch (error) {
    throw bad(where, `is not JSON: ${(error as Error).message}`);
  }
  const id = typeof json.id === 'string' ? json.id : where;
  const named =
    typeof json.profile === 'string'
      ? json.profile
      : profileOfDialect(typeof json.dialect === 'string' ? json.dialect : undefined);
  const head = { id, ...(named !== undefined && { profile: named }) };
  const source = typeof json.source === 'string' ? json.source : undefined;
  const project = typeof json.project === 'string' ? json.project : undefined;
  if (source === undefined && project === undefined) throw bad(where, 'has neither "source" nor "project"');
  const complete = (documents: TestCase['documents']): TestCase => {
    const all = source === undefined ? documents : [{ name: `${id}.st`, content: source }, ...documents];
    switch (json.kind) {
      case 'accept':
      case 'reject':
        return { ...head, documents: all, kind: json.kind, stage: json.stage === 'parse' ? 'parse' : 'whole' };
      case 'run':
        return {
          ...head,
          documents: all,
          kind: 'run',
          ...(typeof json.program === 'string' && { program: json.program }),
          ...(typeof json.tolerance === 'number' && { tolerance: json.tolerance }),
          initial: (json.initial ?? {}) as Record<string, Json>,
          scans: ((json.scans ?? []) as Record<string, unknown>[]).map((scan) => ({
            inputs: (scan.inputs ?? {}) as Record<string, Json>,
            dtMs: typeof scan.dt_ms === 'number' ? scan.dt_ms : 0,
            expect: (scan.expect ?? {}) as Record<string, Json>,
            ...(typeof scan.error === 'string' && { error: scan.error }),
          })),
        };
      default:
        if (json.steps !== undefined)
          return { ...head, documents: all, kind: 'scenario', scenario: parseScenario({ ...json, id: undefined }) };
        throw bad(where, 'has no "kind" of accept, reject or run');
    }
  };
  return project === undefined ? { complete } : { project, complete };
}

/** Reads a scenario file that names its project. */
export function parseScenarioCase(text: string, where: string): CaseSource {
  let json: unknown;
  try {
    json = parseJsonExactly(text);
  } catch (error) {
    throw bad(where, `is not JSON: ${(error as Error).message}`);
  }
  const scenario = parseScenario(json);
  if (scenario.project === undefined) throw bad(where, 'names no "project"; add the path of the project file');
  return {
    project: scenario.project,
    complete: (documents) => ({
      id: where,
      documents,
      kind: 'scenario',
      scenario,
      ...(scenario.profile !== undefined && { profile: scenario.profile }),
    }),
  };
}
