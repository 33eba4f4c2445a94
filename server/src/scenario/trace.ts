import type { TypeDescriptor } from '../model/data-type.js';
import { HostError } from '../model/host-error.js';
import { foldName } from '../model/identifier.js';
import type { ProgramImage } from '../model/program-image.js';
import type { Value } from '../model/value.js';
import type { Variable, VariableTree } from '../runtime/variable-tree.js';
import { formatReal } from '../runtime/literal-text.js';
import { readValue, typeName } from '../runtime/value-codec.js';
import type { Json } from './json-value.js';
import type { Scenario } from './scenario-file.js';

/** Arrays longer than this are left out of a trace. */
const longestArray = 64;

/** Values of all variables, scan by scan, run-length encoded; see `createTraceRecorder`. */
export interface TraceRecorder {
  /** Takes the values as they are before the first scan, then once after each scan. */
  record(memory: Uint8Array): void;
  /** The trace as JSON text. Integers are written whole, beyond 2^53 too. */
  toJson(): string;
}

interface Column {
  readonly path: string;
  readonly variable: Variable;
  initial: string;
  last: string;
  readonly runs: [value: string, count: number][];
}

/**
 * Records a trace in the form of the field traces: `{interval_ms, n_scans, instances, variables, drive, trace}` where
 * `trace[k]` holds runs `[value, count]` of `variables[k]`. Times and dates are integer nanoseconds, enums ordinals, REAL the
 * shortest decimal that reads back. A program with one instance gives its own name to its paths, else the instance does.
 */
export function createTraceRecorder(
  image: ProgramImage,
  tree: VariableTree,
  tickNs: bigint,
  drive: readonly { scan: number; set: Record<string, Json> }[],
): TraceRecorder {
  const columns: Column[] = [];
  for (const variable of tracedLeaves(tree)) {
    columns.push({ path: tracePath(image, variable.path), variable, initial: '', last: '', runs: [] });
  }
  let scans = -1;
  return {
    record(memory) {
      for (const column of columns) {
        const text = rawJson(readValue(image.types, column.variable, memory));
        if (scans < 0) column.initial = text;
        else if (column.runs.length > 0 && column.last === text) column.runs.at(-1)![1] += 1;
        else column.runs.push([text, 1]);
        column.last = text;
      }
      scans += 1;
    },
    toJson() {
      const variables = columns.map(
        ({ path, variable, initial }) =>
          `{"path":${JSON.stringify(path)},"type":${JSON.stringify(shortType(image, variable))},"initial":${initial}}`,
      );
      const trace = columns.map(({ runs }) => `[${runs.map(([value, count]) => `[${value},${count}]`).join(',')}]`);
      const instances = image.tasks.flatMap((task) =>
        task.programs.map((program) => ({
          path: tracePath(image, program.name),
          program: program.type,
          instance: program.name,
        })),
      );
      return [
        `{"profile":${JSON.stringify(image.profile.name)},"interval_ms":${Number(tickNs) / 1e6},"n_scans":${Math.max(scans, 0)}`,
        `"instances":${JSON.stringify(instances)}`,
        `"drive":${JSON.stringify(drive)}`,
        `"variables":[${variables.join(',\n')}]`,
        `"trace":[${trace.join(',\n')}]}\n`,
      ].join(',\n');
    },
  };
}

function* tracedLeaves(tree: VariableTree): Generator<Variable> {
  for (let id = 0; id < tree.leafCount; id += 1) {
    const variable = tree.leaf(id);
    const type = tree.typeOf(variable);
    if (variable.hidden || variable.section === 'in_out' || type.kind === 'pointer' || inLongArray(tree, variable.path))
      continue;
    yield variable;
  }
}

function inLongArray(tree: VariableTree, path: string): boolean {
  for (let at = path.indexOf('['); at >= 0; at = path.indexOf('[', at + 1)) {
    const type = tree.typeOf(tree.resolve(path.slice(0, at)));
    if (type.kind === 'array' && type.size / Math.max(1, type.elementSize) > longestArray) return true;
  }
  return false;
}

/** `Instance.x` as `Program.x` where the program has no other instance. */
function tracePath(image: ProgramImage, path: string): string {
  const programs = image.tasks.flatMap((task) => task.programs);
  const instance = programs.find((p) => path === p.name || path.startsWith(`${p.name}.`));
  if (!instance || programs.filter((p) => foldName(p.type) === foldName(instance.type)).length > 1) return path;
  return instance.type + path.slice(instance.name.length);
}

function shortType(image: ProgramImage, variable: Variable): string {
  const type: TypeDescriptor = image.types[variable.type]!;
  return type.kind === 'string' ? (type.wide ? 'WSTRING' : 'STRING') : typeName(image.types, variable.type);
}

function rawJson(value: Value): string {
  switch (value.kind) {
    case 'bool':
      return String(value.value);
    case 'int':
      return value.value.toString();
    case 'real':
      return Number.isFinite(value.value) ? formatReal(value.value, value.type) : JSON.stringify(String(value.value));
    case 'string':
      return JSON.stringify(value.value);
    case 'pointer':
      return String(value.address);
    case 'array':
      return `[${value.elements.map(rawJson).join(',')}]`;
    case 'struct':
      return `{${value.members.map(([name, part]) => `${JSON.stringify(name)}:${rawJson(part)}`).join(',')}}`;
  }
}

/** The `drive` of a trace file as a scenario, with the number of scans it covers. Integers are nanoseconds for TIME. */
export interface Drive {
  readonly scenario: Scenario;
  readonly scans: number;
  readonly intervalNs: bigint;
}

/** Reads a trace file for its drive. Throws INVALID_REQUEST where it is none. */
export function parseDrive(json: unknown): Drive {
  const file = json as { drive?: unknown; n_scans?: unknown; interval_ms?: unknown } | null;
  if (
    file === null ||
    typeof file !== 'object' ||
    !Array.isArray(file.drive) ||
    typeof file.n_scans !== 'number' ||
    typeof file.interval_ms !== 'number'
  ) {
    throw new HostError('INVALID_REQUEST', 'The drive file must be a trace with "drive", "n_scans" and "interval_ms".');
  }
  const steps = (file.drive as { scan: number; set: Record<string, Json> }[]).map((step) => ({
    when: { kind: 'scan', scan: step.scan } as const,
    set: Object.entries(step.set),
    expect: [],
  }));
  return {
    scenario: { clock: 'virtual', steps },
    scans: file.n_scans,
    intervalNs: BigInt(Math.round(file.interval_ms * 1e6)),
  };
}
