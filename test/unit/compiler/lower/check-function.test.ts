import { compile } from '../../../../server/src/compiler/compile.js';
import { findProfile } from '../../../../server/src/compiler/profile.js';
import { run } from '../../../support/run-source.js';

const bounds = `FUNCTION CheckBounds : DINT VAR_INPUT index, lower, upper : DINT; END_VAR
calls := calls + 1;
IF index < lower THEN CheckBounds := lower; ELSIF index > upper THEN CheckBounds := upper; ELSE CheckBounds := index; END_IF
END_FUNCTION `;
const division = (
  name: string,
  type: string,
): string => `FUNCTION CheckDiv${name} : ${type} VAR_INPUT divisor : ${type}; END_VAR
calls := calls + 1;
IF divisor = 0 THEN CheckDiv${name} := 1; ELSE CheckDiv${name} := divisor; END_IF
END_FUNCTION `;
const range = (
  name: string,
  type: string,
): string => `FUNCTION ${name} : ${type} VAR_INPUT value, lower, upper : ${type}; END_VAR
calls := calls + 1;
${name} := LIMIT(lower, value, upper);
END_FUNCTION `;
const pointer = `FUNCTION CheckPointer : POINTER TO BYTE VAR_INPUT ptToTest : POINTER TO BYTE; iSize, iGran : DINT; bWrite : BOOL; END_VAR
calls := calls + 1; size := iSize; gran := iGran; IF bWrite THEN writes := writes + 1; END_IF
IF ptToTest = 0 THEN CheckPointer := ADR(spare); ELSE CheckPointer := ptToTest; END_IF
END_FUNCTION `;
const globals = 'VAR_GLOBAL calls, size, gran, writes : DINT; spare : ARRAY[0..31] OF BYTE; END_VAR ';
const program = (functions: string, variables: string, body: string): string =>
  `${functions}${globals}PROGRAM Main VAR ${variables} END_VAR ${body} END_PROGRAM`;
const divisions =
  division('DInt', 'DINT') + division('LInt', 'LINT') + division('Real', 'REAL') + division('LReal', 'LREAL');
const ranges =
  range('CheckRangeSigned', 'DINT') + range('CheckRangeUnsigned', 'UDINT') + range('CheckLRangeSigned', 'LINT');

describe('functions that guard operations', () => {
  it.each<[string, string, string, string, readonly string[], readonly unknown[]]>([
    [
      'CheckBounds gives the index of arrays',
      bounds,
      'a : ARRAY[1..3] OF INT := [1, 2, 3]; m : ARRAY[0..1, 5..6] OF INT; i : INT := 9; x : INT;',
      'x := a[i]; i := -5; a[i] := 7; m[i, 6] := 4; x := x * 10 + a[1] + m[0, 6];',
      ['Main.x', 'calls'],
      [41, 3],
    ],
    [
      'CheckDiv functions give the divisor of each type',
      divisions,
      'n : INT; d : DINT; l : LINT; u : UINT; r : REAL; q : LREAL; x, y, z : DINT; w : REAL; v : LREAL;',
      'x := 7 / n; y := 8 MOD d; z := LINT_TO_DINT(9 / l) + 20 / u; w := 2.5 / r; v := 1.5 / q; x := x + 8 / 2;',
      ['Main.x', 'Main.y', 'Main.z', 'Main.w', 'Main.v', 'calls'],
      [11, 0, 29, 2.5, 1.5, 6],
    ],
    [
      'CheckRange functions give what a subrange gets',
      ranges,
      's : INT(-5..5); u : UDINT(10..20); l : LINT(0..9); d : DINT := 100; ud : UDINT; ll : LINT := -3;',
      's := d; u := ud; l := ll;',
      ['Main.s', 'Main.u', 'Main.l', 'calls'],
      [5, 10, 0, 3],
    ],
    [
      'CheckPointer gives the address that is followed',
      pointer,
      'p : POINTER TO LINT; n : LINT; q : POINTER TO INT; x : INT := 3;',
      'p^ := 5; n := p^; q := ADR(x); q[0] := q^ + 1;',
      ['Main.n', 'Main.x', 'calls', 'writes', 'size', 'gran'],
      [5, 4, 4, 2, 2, 2],
    ],
  ])('%s', (_what, functions, variables, body, paths, expected) => {
    for (const profile of ['codesys', 'twincat'])
      expect(run(program(functions, variables, body), paths, { profile })).toEqual(expected);
  });

  it('are functions like others in other profiles', () => {
    expect(run(program(bounds, 'a : ARRAY[1..3] OF INT; i : INT := 9;', 'a[i] := 1;'), ['calls'])).toEqual(['R4002']);
  });

  it('guard nothing within themselves', () => {
    const own = `FUNCTION CheckDivDInt : DINT VAR_INPUT divisor : DINT; END_VAR
CheckDivDInt := 12 / (divisor + 3); END_FUNCTION `;
    expect(run(program(own, 'n, x : DINT;', 'x := 8 / n;'), ['Main.x'], { profile: 'codesys' })).toEqual([2]);
  });

  it('are called only in the form that they have there', () => {
    const other = 'FUNCTION CheckBounds : DINT VAR_INPUT index : DINT; END_VAR CheckBounds := index; END_FUNCTION ';
    const content = program(other, 'a : ARRAY[1..3] OF INT; i : INT := 1;', 'a[i] := 1;');
    const profile = findProfile('codesys')!;
    const { diagnostics } = compile({ name: 'test', documents: [{ name: 'test.st', content }], profile });
    expect(diagnostics.map(({ code, line }) => [code, line])).toEqual([['W2021', 1]]);
  });
});
