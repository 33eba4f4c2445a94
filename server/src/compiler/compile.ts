import type { BuildResult } from '../model/program-image.js';
import { foldName } from '../model/identifier.js';
import type { CompileInput } from './compile-input.js';
import { buildImage } from './image/build-image.js';
import { checkDeclarations } from './check/check-declarations.js';
import { checkForeignCode } from './check/rule-foreign.js';
import type { Compilation } from './check/compilation.js';
import { checkGlobalNames, declarePou, declareUnits } from './check/declare.js';
import { createMissingLibraries } from './check/missing-library.js';
import { withImplicitGlobals } from './check/implicit-globals.js';
import { linkInheritance } from './check/link-inheritance.js';
import { createSymbolTable } from './check/symbols.js';
import { createProgram } from './image/create-program.js';
import { desugarUnit } from './lower/desugar.js';
import { namePous } from './name-pous.js';
import { createProblems, type Problems } from './problems.js';
import { uniqueProblems } from './unique-problems.js';
import type { Profile } from './profile.js';
import { checkProgramSize } from './program-size.js';
import { readDocument } from './read-documents.js';
import { createDeclaredNames, type DeclaredNames } from './st/declared-names.js';
import { standardDeclarations } from './standard-declarations.js';
import { findStandardFunction } from './stdlib/standard-functions.js';
import type { PouDeclaration, SourceUnit, TypeNode } from './syntax/ast.js';

export type { CompileInput, SourceDocument } from './compile-input.js';
export { createLoweringMemory, type LoweringMemory } from './lower/lowering-memory.js';

/** Compiles documents to an image. Pure and deterministic; findings about the program are in the result, never thrown. */
export function compile(input: CompileInput): BuildResult {
  const collect = (declared?: DeclaredNames): Problems =>
    uniqueProblems(
      createProblems(input.profile.semicolonAfterEnd === 'optional' ? new Set(['W1001']) : undefined, declared),
    );
  let problems = collect();
  let units: SourceUnit[] = [];
  let image: BuildResult['image'];
  try {
    for (const document of input.documents) units.push(readDocument(document, problems));
    // Conditions that ask for declarations: now that these are known, all is read again.
    if (problems.list().some(({ code }) => code === 'E9103')) {
      problems = collect(createDeclaredNames(units));
      units = [];
      for (const document of input.documents) units.push(readDocument(document, problems));
    }
    if (checkProgramSize(units, problems))
      image = compileUnits({ ...input, profile: tolerantProfile(input.profile, units) }, units, problems);
  } catch (error) {
    reportInternal(input, problems, error);
  }
  const diagnostics = namePous(problems.list(), units);
  return problems.errorCount > 0 || !image ? { diagnostics } : { diagnostics, image };
}

/** The passes behind parsing: desugar, declare, check, lay out, lower, verify, emit. */
function compileUnits(input: CompileInput, given: readonly SourceUnit[], problems: Problems): BuildResult['image'] {
  const parsed = withImplicitGlobals(given, problems);
  const { profile } = input;
  const table = createSymbolTable();
  const standard = standardDeclarations(profile);
  const units = desugarAll(parsed, problems, profile);
  const configurations = units.flatMap((unit) => unit.declarations.filter((d) => d.kind === 'configuration'));
  const base: Omit<Compilation, 'evaluate' | 'instanceCount'> = {
    profile,
    problems,
    table,
    layoutChain: [],
    layoutCycles: new Set(),
    missing: new Set(),
    libraries: createMissingLibraries(parsed.flatMap((unit) => unit.libraries ?? [])),
    later: [],
    exportedBy: exporterOf(parsed),
    configurationNames: new Set(
      configurations.flatMap((d) => [d.name, ...d.resources.map((r) => r.name)]).map(foldName),
    ),
    library: !units.some((unit) => unit.declarations.some((d) => d.kind === 'pou' && d.pouKind === 'program')),
    loadStandard(key) {
      const declarations = standard(key);
      if (!declarations) return false;
      for (const declaration of declarations) {
        if (declaration.kind === 'pou') declarePou(program.lowering, declaration);
        else declareUnits(program.lowering, [{ file: '', declarations: [declaration] }]);
      }
      return true;
    },
  };
  const program = createProgram(base, units, problems.errorCount > 0 ? undefined : input.memory);
  const c = program.lowering;
  declareUnits(c, units);
  linkInheritance(c);
  checkGlobalNames(c);
  checkDeclarations(c, units);
  checkForeignCode(problems, parsed, profile);
  // Types without end can't be laid out.
  if (c.layoutCycles.size > 0) return undefined;
  program.layOut();
  program.lower();
  c.libraries.report(problems);
  if (problems.errorCount > 0) return undefined;
  input.memory?.complete();
  return buildImage(program, input, parsed);
}

/** All bodies as statements. What graphical bodies need to know of other declarations comes from all documents. */
function desugarAll(units: readonly SourceUnit[], problems: Problems, profile: Profile): SourceUnit[] {
  const pous = new Map<string, PouDeclaration>();
  const globals = new Map<string, TypeNode>();
  const types = new Map<string, TypeNode>();
  const noteGlobals = (
    blocks: readonly { readonly variables: readonly { readonly name: string; readonly type: TypeNode }[] }[],
  ): void => {
    for (const block of blocks)
      for (const variable of block.variables) globals.set(foldName(variable.name), variable.type);
  };
  for (const unit of units) {
    for (const d of unit.declarations) {
      if (d.kind === 'pou') pous.set(foldName(d.name), d);
      else if (d.kind === 'type') types.set(foldName(d.name), d.type);
      else if (d.kind === 'globals') noteGlobals(d.blocks);
      else if (d.kind === 'configuration') {
        noteGlobals(d.blocks);
        for (const resource of d.resources) noteGlobals(resource.blocks);
      }
    }
  }
  const standard = standardDeclarations(profile);
  const context = {
    problems,
    profile,
    findPou: (name: string) =>
      pous.get(foldName(name)) ??
      standard(foldName(name))?.find(
        (d): d is PouDeclaration => d.kind === 'pou' && foldName(d.name) === foldName(name),
      ),
    findGlobal: (name: string) => globals.get(foldName(name)),
    findType: (name: string) => types.get(foldName(name)),
    isStandardFunction: (key: string) => findStandardFunction(key) !== undefined,
  };
  return units.map((unit) => desugarUnit(unit, context));
}

/**
 * What a tool exported, it has compiled: such documents are read with implicit conversions, whatever the profile; each that narrows is
 * a warning. CODESYS also counts the characters of strings its way.
 */
function tolerantProfile(profile: Profile, units: readonly SourceUnit[]): Profile {
  const exporter = exporterOf(units);
  if (!exporter) return profile;
  let known = tolerant.get(profile);
  if (!known) {
    const other: Profile = { ...profile, implicitConversion: 'narrowing-with-warning' };
    known = { other, codesys: { ...other, stringIndex: 'units-from-0' } };
    tolerant.set(profile, known);
  }
  return known[exporter];
}

const exporterOf = (units: readonly SourceUnit[]): SourceUnit['dialect'] =>
  units.some((unit) => unit.dialect === 'codesys') ? 'codesys' : units.find((unit) => unit.dialect)?.dialect;

/** What is kept for a profile is kept by identity. */
const tolerant = new WeakMap<Profile, { readonly other: Profile; readonly codesys: Profile }>();

/** A defect of the compiler, or a program that exhausts it: told as a finding, so that nothing escapes. */
function reportInternal(input: CompileInput, problems: Problems, error: unknown): void {
  const file = input.documents[0]?.name ?? input.name;
  if (error instanceof RangeError && /call stack/i.test(error.message)) {
    problems.reportDocument(
      'E8001',
      file,
      'NESTING: the program is nested too deeply to be compiled; split its expressions and statements.',
    );
    return;
  }
  const text =
    error instanceof Error
      ? `${error.message} ${(error.stack ?? '')
          .split('\n')
          .slice(1, 4)
          .map((line) => line.trim())
          .join(' ')}`
      : String(error);
  problems.reportDocument('E9999', file, `The compiler failed: ${text}`);
}
