import { compile } from '../../../../server/src/compiler/compile.js';
import { findProfile } from '../../../../server/src/compiler/profile.js';
import { errorsOf, run } from '../../../support/run-source.js';

const constants =
  'VAR CONSTANT A : INT := 32767; S : USINT := 200; H : LINT := 9223372036854775807; W : WORD := 16#FFFF; END_VAR';
const program = (variables: string, body = ''): string =>
  `PROGRAM Main ${constants}\nVAR CONSTANT ${variables} END_VAR VAR y : INT; END_VAR\n${body}\nEND_PROGRAM`;

const warnings = (source: string, profile = 'iec'): string[] =>
  compile({
    name: 'test',
    documents: [{ name: 'test.st', content: source }],
    profile: findProfile(profile)!,
  }).diagnostics.map(({ code, line }) => `${code}@${line ?? 0}`);

describe('an operation on constants of a type', () => {
  it.each<[string, number]>([
    ['B : INT := A + 1;', -32768],
    ['B : DINT := A * 2;', -2],
    ['B : INT := -A - 2;', 32767],
    ['B : USINT := S + S;', 144],
    ['B : LINT := H + 1;', -(2 ** 63)],
    ['B : UINT := UINT#0 - UINT#1;', 65535],
  ])('wraps where the type does not hold the result, with a warning: %s', (variable, expected) => {
    expect(warnings(program(variable))).toEqual(['W3004@2']);
    expect(run(program(variable), ['Main.B'])).toEqual([expected]);
  });

  it('is told in statements, too, and not of bit strings', () => {
    expect(warnings(program('', 'y := A + 1;'))).toEqual(['W3004@3']);
    expect(warnings(program('B : WORD := W + WORD#1;'))).toEqual([]);
    expect(run(program('B : WORD := W + WORD#1; C : INT := A - 1;'), ['Main.B', 'Main.C'])).toEqual([0, 32766]);
  });

  it('has 32 bits where intermediate results have', () => {
    const source = program('B : DINT := A + 1; C : ARRAY[0..A + 1] OF BOOL; D : INT := (A + 1) / 2;', 'y := C[A + 1];');
    expect(run(program('B : DINT := A + 1; D : INT := (A + 1) / 2;'), ['Main.B', 'Main.D'], { profile: 'codesys' })).toEqual([32768, 16384]);
    expect(errorsOf(source, 'codesys')).toEqual([]);
  }); // prettier-ignore
});

describe('a program unit with the name of a standard one', () => {
  const main = 'PROGRAM Main VAR x : INT; t : TON; END_VAR t(IN := TRUE); x := MAX(1, 2); END_PROGRAM\n';
  const own = `${main}FUNCTION_BLOCK TON VAR_INPUT IN : BOOL; END_VAR VAR_OUTPUT Q : BOOL; END_VAR Q := IN; END_FUNCTION_BLOCK
FUNCTION Max : INT VAR_INPUT a, b : INT; END_VAR Max := 7; END_FUNCTION\n`;

  it('takes its place, with a warning in iec', () => {
    expect(warnings(own)).toEqual(['W2022@2', 'W2022@3']);
    expect(warnings(own, 'codesys')).toEqual([]);
    expect(run(own, ['Main.x', 'Main.t.Q'])).toEqual([7, true]);
  });

  it('may stand in a namespace', () => {
    expect(warnings(`NAMESPACE N FUNCTION Max : INT VAR_INPUT a : INT; END_VAR Max := a; END_FUNCTION END_NAMESPACE\n${main}`)).toEqual([]);
  }); // prettier-ignore
});
