import { compile } from '../../server/src/compiler/compile.js';
import { defaultProfile, type Profile } from '../../server/src/compiler/profile.js';
import { createScanMachine, type ScanMachine } from '../../server/src/engine/worker/scan-machine.js';
import type { Diagnostic } from '../../server/src/model/diagnostic.js';
import type { ProgramImage } from '../../server/src/model/program-image.js';
import type { Value } from '../../server/src/model/value.js';
import { readValue, encodeValue } from '../../server/src/runtime/value-codec.js';
import { parseLiteral } from '../../server/src/runtime/literal-text.js';
import { createVariableTree } from '../../server/src/runtime/variable-tree.js';

/** What a test compares: plain JavaScript values. */
export type Plain = boolean | bigint | number | string | readonly Plain[] | { readonly [name: string]: Plain };

export interface RunningProgram {
  readonly image: ProgramImage;
  readonly machine: ScanMachine;
  readonly diagnostics: readonly Diagnostic[];
  /** Lets time pass, runs one scan; throws the fault where it ends in one. */
  scan(milliseconds?: number): void;
  read(path: string): Plain;
  /** Writes the value of an IEC literal. */
  write(path: string, literal: string): void;
}

/** The findings of sources, without running them. */
export function findings(source: string, profile: Profile = defaultProfile): readonly Diagnostic[] {
  return compile({ name: 'test', documents: [{ name: 'test.st', content: source }], profile }).diagnostics;
}

/** Compiles Structured Text, or what else `file` is by its name, and lays it out, ready for its first scan at time 0. Throws its errors. */
export function runProgram(
  source: string,
  profile: Profile = defaultProfile,
  file: 'test.st' | 'test.xml' = 'test.st',
): RunningProgram {
  const { image, diagnostics } = compile({ name: 'test', documents: [{ name: file, content: source }], profile });
  if (!image)
    throw new Error(
      diagnostics
        .filter((d) => d.severity === 'error')
        .map((d) => `${d.code} line ${d.line ?? '?'}: ${d.message}`)
        .join('\n'),
    );
  const machine = createScanMachine(image, { module: new WebAssembly.Module(image.wasm) });
  if (machine.fault) throw new Error(`${machine.fault.code} in initial values: ${machine.fault.message}`);
  const tree = createVariableTree(image);
  let now = 0n;
  let first = true;
  return {
    image,
    machine,
    diagnostics,
    scan(milliseconds = 0) {
      if (!first || milliseconds > 0) now += BigInt(Math.round(milliseconds * 1e6));
      first = false;
      machine.runScan(now, now);
      if (machine.fault) throw new Error(`${machine.fault.code}: ${machine.fault.message}`);
    },
    read: (path) => plain(readValue(image.types, tree.resolve(path, machine.bytes), machine.bytes)),
    write(path, literal) {
      const variable = tree.resolve(path, machine.bytes);
      machine.write(encodeValue(image.types, variable, parseLiteral(image.types, variable.type, literal)));
    },
  };
}

function plain(value: Value): Plain {
  switch (value.kind) {
    case 'bool':
    case 'int':
    case 'real':
    case 'string':
      return value.value;
    case 'array':
      return value.elements.map(plain);
    case 'struct':
      return Object.fromEntries(value.members.map(([name, member]) => [name, plain(member)]));
    case 'pointer':
      return BigInt(value.address);
  }
}

/** Evaluates expressions in one program: `[type, expression]` rows to values, in order. */
export function evaluate(
  rows: readonly (readonly [type: string, expression: string])[],
  options: { profile?: Profile; variables?: string; before?: string } = {},
): readonly Plain[] {
  const declarations = rows.map(([type], i) => `r${i} : ${type};`).join('\n');
  const statements = rows.map(([, expression], i) => `r${i} := ${expression};`).join('\n');
  const program = runProgram(
    `PROGRAM Main\nVAR\n${declarations}\n${options.variables ?? ''}\nEND_VAR\n${options.before ?? ''}\n${statements}\nEND_PROGRAM\n`,
    options.profile ?? defaultProfile,
  );
  program.scan();
  return rows.map((_row, i) => program.read(`Main.r${i}`));
}
