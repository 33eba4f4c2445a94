import { readFileSync } from 'node:fs';
import { compile, type SourceDocument } from '../../server/src/compiler/compile.js';
import { importPlcopen } from '../../server/src/compiler/plcopen/import.js';
import { createProblems } from '../../server/src/compiler/problems.js';
import { findProfile } from '../../server/src/compiler/profile.js';
import { createScanMachine } from '../../server/src/engine/worker/scan-machine.js';
import { foldName } from '../../server/src/model/identifier.js';
import type { ProgramImage } from '../../server/src/model/program-image.js';
import type { Value } from '../../server/src/model/value.js';
import { encodeValue, readValue } from '../../server/src/runtime/value-codec.js';
import { createVariableTree, type Variable } from '../../server/src/runtime/variable-tree.js';

/** A trace of the corpus: values of variables after each scan, as an independent toolchain computed them. */
export interface FieldTrace {
  readonly id: string;
  readonly interval_ms: number;
  readonly n_scans: number;
  readonly instances: readonly { readonly path: string; readonly program: string; readonly instance: string }[];
  readonly variables: readonly {
    readonly path: string;
    readonly type: string;
    readonly driven?: boolean;
    readonly comparable?: boolean;
    readonly enum?: readonly string[];
  }[];
  readonly drive: readonly { readonly scan: number; readonly set: Readonly<Record<string, unknown>> }[];
  readonly trace: readonly (readonly (readonly [unknown, number])[])[];
}

export interface TraceOutcome {
  /** Variables that were compared. */
  readonly compared: number;
  /** First differences, one line each: path, scan, expected, actual. */
  readonly differences: readonly string[];
  /** Paths of the trace that the program doesn't have. */
  readonly absent: readonly string[];
  /** Why it did not run. */
  readonly failure?: string;
}

/** Compiles a project under the profile of MATIEC, drives it as the trace says, and compares every comparable value of every scan. */
export function runTrace(projectFile: string, trace: FieldTrace): TraceOutcome {
  const none = { compared: 0, differences: [], absent: [] };
  const documents: SourceDocument[] = [{ name: projectFile, content: readFileSync(projectFile) }];
  if (trace.instances.some(({ program }) => foldName(program) === 'AUTOMAIN')) documents.push(autoMain(documents[0]!));
  const { image, diagnostics } = compile({ name: trace.id, documents, profile: findProfile('matiec')! });
  if (!image) {
    const first = diagnostics.find(({ severity }) => severity === 'error');
    return { ...none, failure: `${first?.code ?? ''} ${first?.pou ?? ''}: ${first?.message ?? ''}` };
  }
  return compareRun(image, trace);
}

/** A program that calls an instance of each function block of a library, as the traces' README describes. */
function autoMain(document: SourceDocument): SourceDocument {
  const blocks = importPlcopen(document, createProblems()).declarations.flatMap((d) =>
    d.kind === 'pou' && d.pouKind === 'function_block' && !d.blocks.some(({ section }) => section === 'VAR_IN_OUT')
      ? [d.name]
      : [],
  );
  const declared = blocks.map((name, k) => `u${k} : ${name};`).join('\n');
  const calls = blocks.map((_name, k) => `u${k}();`).join('\n');
  return { name: 'auto-main.st', content: `PROGRAM AutoMain\nVAR\n${declared}\nEND_VAR\n${calls}\nEND_PROGRAM` };
}

function compareRun(image: ProgramImage, trace: FieldTrace): TraceOutcome {
  const machine = createScanMachine(image, {
    module: new WebAssembly.Module(new Uint8Array(image.wasm)),
    tickNs: BigInt(trace.interval_ms * 1e6),
  });
  const tree = createVariableTree(image);
  const instances = new Map(
    image.tasks.flatMap((task) => task.programs.map((program) => [foldName(program.type), program.name])),
  );
  const find = (path: string): Variable | undefined => {
    const [head = '', ...rest] = path.split('.');
    const instance = instances.get(foldName(head));
    for (const candidate of [path, ...(instance === undefined ? [] : [[instance, ...rest].join('.')])]) {
      try {
        return tree.resolve(candidate, machine.bytes);
      } catch {
        // Not there; the next form is tried.
      }
    }
    return undefined;
  };
  const absent: string[] = [];
  const columns = trace.variables.flatMap((variable, k) => {
    if (variable.comparable === false) return [];
    const found = find(variable.path);
    if (!found) absent.push(variable.path);
    return found
      ? [
          {
            path: variable.path,
            variable: found,
            runs: trace.trace[k]!,
            run: 0,
            left: trace.trace[k]![0]?.[1] ?? 0,
            told: false,
          },
        ]
      : [];
  });
  const differences: string[] = [];
  const drive = new Map(trace.drive.map(({ scan, set }) => [scan, set]));
  for (let scan = 1; scan <= trace.n_scans; scan += 1) {
    for (const [path, json] of Object.entries(drive.get(scan) ?? {})) {
      const variable = find(path);
      if (variable)
        machine.write(
          encodeValue(image.types, variable, valueOf(readValue(image.types, variable, machine.bytes), json)),
        );
      else if (!absent.includes(path)) absent.push(path);
    }
    machine.runScan(BigInt(scan - 1) * BigInt(trace.interval_ms * 1e6));
    if (machine.fault)
      return {
        compared: columns.length,
        differences: [...differences, `fault in scan ${scan}: ${machine.fault.code} ${machine.fault.message}`],
        absent,
      };
    for (const column of columns) {
      while (column.left === 0 && column.run < column.runs.length - 1) {
        column.run += 1;
        column.left = column.runs[column.run]![1];
      }
      if (column.left === 0) continue;
      column.left -= 1;
      const expected = column.runs[column.run]![0];
      const actual = readValue(image.types, column.variable, machine.bytes);
      if (column.told || agrees(actual, expected)) continue;
      column.told = true;
      differences.push(
        `${column.path} scan ${scan}: expected ${String(expected)}, got ${'value' in actual ? String(actual.value) : actual.kind}`,
      );
    }
  }
  return { compared: columns.length, differences, absent };
}

/** A value of the drive in the form of the variable that it is written to. */
function valueOf(like: Value, json: unknown): Value {
  switch (like.kind) {
    case 'bool':
      return { ...like, value: json === true || json === 1 };
    case 'int':
      return { ...like, value: BigInt(json as number) };
    case 'real':
      return { ...like, value: Number(json) };
    case 'string':
      return { ...like, value: String(json) };
    default:
      throw new Error(`A drive can't write ${like.kind}.`);
  }
}

function agrees(actual: Value, expected: unknown): boolean {
  switch (actual.kind) {
    case 'bool':
      return actual.value === expected || (typeof expected === 'number' && actual.value === (expected !== 0));
    case 'int':
      return typeof expected === 'number'
        ? Number(actual.value) === expected
        : String(actual.value) === String(expected);
    case 'real': {
      const wanted = Number(expected);
      if (Number.isNaN(wanted)) return Number.isNaN(actual.value);
      return actual.value === wanted || Math.abs(actual.value - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted));
    }
    case 'string':
      return actual.value === expected;
    default:
      return false;
  }
}
