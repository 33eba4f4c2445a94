import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, type SourceDocument } from '../../server/src/compiler/compile.js';
import { createProblems } from '../../server/src/compiler/problems.js';
import { defaultProfile, findProfile } from '../../server/src/compiler/profile.js';
import { readDocument } from '../../server/src/compiler/read-documents.js';
import type {
  Expression,
  PouDeclaration,
  TypeNode,
  VariableDeclaration,
} from '../../server/src/compiler/syntax/ast.js';
import { createScanMachine } from '../../server/src/engine/worker/scan-machine.js';
import { corpusFolder, corpusManifest, describeCorpus } from '../support/corpus.js';

/** The exports of the OSCAT libraries among the documents of the corpus. */
const exported = (library: string): string => {
  const row = corpusManifest('plcopen').find(({ path }) => String(path).includes(`oscat_${library}`));
  return row === undefined ? '' : readFileSync(join(corpusFolder, String(row['file'])), 'utf8');
};

/** The export of the basic library lacks the variables whose names are keywords of edition 3: they are put back. */
function withMissingVariables(text: string): string {
  const variable = (name: string, type: string): string =>
    `<variable name="${name}"><type><${type} /></type></variable>`;
  const calendar = text.indexOf('<variable name="YEAR">', text.indexOf('<dataType name="CALENDAR">'));
  const clock = text.indexOf('<variable name="DSO">', text.indexOf('<pou name="RTC_2"'));
  return (
    text.slice(0, calendar) +
    variable('LDT', 'DT') +
    variable('LDATE', 'DATE') +
    variable('LTOD', 'TOD') +
    text.slice(calendar, clock) +
    variable('LDT', 'DT') +
    text.slice(clock)
  );
}

const values: Readonly<Record<string, string>> = {
  BOOL: 'TRUE',
  REAL: '1.5',
  LREAL: '1.5',
  TIME: 'T#20ms',
  DATE: 'D#2020-02-29',
  DT: 'DT#2020-02-29-12:30:00',
  TOD: 'TOD#12:30:00',
};

/** A value for an input; undefined where its default will do. */
function valueOf(name: string, type: TypeNode): string | undefined {
  if (type.kind === 'pointer') return 'ADR(buffer)';
  if (type.kind === 'string') return "'12'";
  if (type.kind !== 'named') return undefined;
  const elementary = type.name.toUpperCase();
  if (values[elementary] !== undefined) return values[elementary];
  if (!/^(BYTE|D?WORD|U?[SD]?INT)$/.test(elementary)) return undefined;
  // Sizes of buffers.
  return name.toUpperCase() === 'SIZE' ? '16' : '2';
}

/** A type as text: what the libraries use for VAR_IN_OUT. */
function typeText(type: TypeNode, pou: PouDeclaration): string {
  const own = pou.blocks.flatMap((block) => (block.constant ? block.variables : []));
  const bound = (expression: Expression | undefined): string => {
    if (expression?.kind === 'int') return String(expression.value);
    if (expression?.kind !== 'name') return '*';
    const constant = own.find(({ name }) => name.toUpperCase() === expression.name.toUpperCase());
    return constant ? bound(constant.initial) : expression.name;
  };
  switch (type.kind) {
    case 'named':
      return type.name;
    case 'string':
      return `STRING(${bound(type.length)})`;
    case 'array': {
      const dimensions = type.dimensions.map(({ low, high }) => `${bound(low)}..${bound(high)}`);
      return `ARRAY[${dimensions.join(', ')}] OF ${typeText(type.element, pou)}`;
    }
    default:
      throw new Error(`a VAR_IN_OUT of kind ${type.kind}`);
  }
}

/** A program of its own that calls a function, or an instance of a function block. */
function callerOf(pou: PouDeclaration): string {
  const parameters = (section: string): VariableDeclaration[] =>
    pou.blocks.flatMap((block) => (block.section === section ? block.variables : []));
  const inOuts = parameters('VAR_IN_OUT');
  const args = [
    ...inOuts.map(({ name }) => `${name} := io_${name}`),
    ...parameters('VAR_INPUT').flatMap(({ name, type }) => {
      const value = valueOf(name, type);
      return value === undefined ? [] : [`${name} := ${value}`];
    }),
  ].join(', ');
  const callee = pou.pouKind === 'function' ? pou.name : 'block';
  const block = pou.pouKind === 'function' ? '' : `block : ${pou.name};`;
  const io = inOuts.map(({ name, type }) => `io_${name} : ${typeText(type, pou)};`).join(' ');
  return `PROGRAM Use_${pou.name} VAR ${block} ${io} buffer : ARRAY[0..255] OF DWORD; END_VAR ${callee}(${args}); END_PROGRAM\n`;
}

describeCorpus('the OSCAT libraries', () => {
  const basic = withMissingVariables(exported('basic'));
  const building = exported('building');
  const documents: SourceDocument[] = [
    { name: 'basic.xml', content: basic },
    { name: 'building.xml', content: building },
  ];

  it('are there', () => {
    expect([basic, building].map((text) => text.length > 100_000)).toEqual([true, true]);
  });

  it('compile together without an error, from PLCopen documents under the default profile', () => {
    const { diagnostics } = compile({ name: 'oscat', documents, profile: defaultProfile });
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('run: each function called, each function block instantiated, for ten scans without a fault', () => {
    const units = documents.map((document) => readDocument(document, createProblems()));
    const pous = units.flatMap((unit) =>
      unit.declarations.flatMap((d) => (d.kind === 'pou' && d.pouKind !== 'program' ? [d] : [])),
    );
    expect(pous.length).toBeGreaterThan(590);
    const program = pous.map(callerOf).join('');
    const { image, diagnostics } = compile({
      name: 'oscat',
      documents: [...documents, { name: 'use.st', content: program }],
      // The libraries reckon with TIME_TO_DWORD in milliseconds.
      profile: findProfile('codesys')!,
    });
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const task = image!.tasks[0]!;
    const machine = createScanMachine(image!, { module: new WebAssembly.Module(new Uint8Array(image!.wasm)) });
    expect(image!.tasks).toHaveLength(1);
    expect(task.programs).toHaveLength(pous.length);
    for (let scan = 1n; scan <= 10n && !machine.fault; scan += 1n) machine.runScan(scan * 100_000_000n);
    expect(machine.fault).toBeUndefined();
    expect(machine.scan).toBe(10);
  });
});
