import { findProfile, type Profile } from '../../../../server/src/compiler/profile.js';
import { evaluate, runProgram } from '../../../support/run-program.js';

const iec = findProfile('iec')!;
const faulting: Profile = { ...iec, name: 'faulting', integerOverflow: 'fault', realNonFinite: 'fault' };

describe('profiles that fault', () => {
  const ends = (expression: string, profile: Profile): string => {
    const program = runProgram(
      `PROGRAM Main\nVAR i : INT := 32767; u : UDINT := 4294967295; l : LINT := 9223372036854775807; m : LINT := -1; n : LINT; z : LINT; w : ULINT; r : REAL := 3.0E38; q : INT; t : TIME := T#1s; END_VAR\nn := -9223372036854775807 - 1;\n${expression};\nEND_PROGRAM`,
      profile,
    );
    try {
      program.scan();
      return 'runs';
    } catch (error) {
      return (error as Error).message.slice(0, 5);
    }
  };

  it.each([
    ['i := ADD(i, 1)', 'R4008'],
    ['i := SUB(-32767, 1)', 'runs'],
    ['i := SUB(-i, 2)', 'R4008'],
    ['i := MUL(i, 2)', 'R4008'],
    ['i := MUL(i, 1)', 'runs'],
    ['u := ADD(u, 1)', 'R4008'],
    ['u := SUB(u, 1)', 'runs'],
    ['u := MUL(u, u)', 'R4008'],
    ['l := ADD(l, 1)', 'R4008'],
    ['l := SUB(m, l)', 'runs'],
    ['l := SUB(n, 1)', 'R4008'],
    ['l := MUL(l, 2)', 'R4008'],
    ['l := MUL(n, m)', 'R4008'],
    ['l := MUL(m, l)', 'runs'],
    ['l := MUL(l, z)', 'runs'],
    ['w := SUB(w, 1)', 'R4008'],
    ['r := MUL(r, r)', 'R4009'],
    ['r := ADD(r, 1.0)', 'runs'],
  ])('%s: %s', (expression, expected) => {
    expect(ends(expression, faulting)).toBe(expected);
    expect(ends(expression, iec)).toBe('runs');
  });

  it.each(['i := DIV(i, q)', 'i := MOD(i, q)', 'l := DIV(l, z)', 't := DIV(t, q)', 't := DIV_TIME(t, 0.0)'])(
    '%s faults R4001 in every profile',
    (expression) => {
      expect(ends(expression, iec)).toBe('R4001');
    },
  );
});

describe('TIME in 32-bit milliseconds', () => {
  it('drops what is finer and wraps', () => {
    const ms32: Profile = { ...findProfile('codesys')!, name: 'ms32', time: 'ms32' };
    expect(
      evaluate(
        [
          ['TIME', 'DINT_TO_TIME(-1)'],
          ['TIME', 'LTIME_TO_TIME(LTIME#1ms999us)'],
          ['TIME', 'REAL_TO_TIME(1.7)'],
          ['TIME', 'DIV(T#5ms, 2)'],
          ['TIME', 'SUB(T#1ms, T#2ms)'],
          ['LTIME', 'ADD(LTIME#1us, LTIME#1us)'],
        ],
        { profile: ms32 },
      ),
    ).toEqual([4_294_967_295_000_000n, 1_000_000n, 1_000_000n, 2_000_000n, 4_294_967_295_000_000n, 2000n]);
  });
});

describe('what TwinCAT and CODESYS projects take for granted', () => {
  it('MEMSET, MEMCPY, MEMMOVE and MEMCMP work on bytes; an address of 0 does nothing', () => {
    const program = runProgram(
      `PROGRAM Main
VAR a, b, c : ARRAY[0..7] OF BYTE := [1, 2, 3, 4, 5, 6, 7, 8]; n, z : UDINT; k, m : DINT; END_VAR
n := MEMSET(destAddr := ADR(b), fillByte := 16#AA, n := SIZEOF(b));
MEMCPY(ADR(b), ADR(a), 3);
k := MEMCMP(ADR(a), ADR(b), 8);
MEMMOVE(ADR(c[1]), ADR(c[0]), 7);
m := SysMemCmp(ADR(a), ADR(a), 8);
z := MEMCPY(0, ADR(a), 4);
END_PROGRAM`,
      findProfile('twincat'),
    );
    program.scan();
    expect(['a', 'b', 'c', 'n', 'z', 'k', 'm'].map((name) => program.read(`Main.${name}`))).toEqual([
      [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n],
      [1n, 2n, 3n, 170n, 170n, 170n, 170n, 170n],
      [1n, 1n, 2n, 3n, 4n, 5n, 6n, 7n],
      8n,
      0n,
      -1n,
      0n,
    ]);
  });

  it.each([
    ['LREAL', 'LTRUNC(-2.7)', -2],
    ['LREAL', 'FRAC(-2.75)', -0.75],
    ['LREAL', 'LMOD(-7.5, 2.0)', -1.5],
    ['LREAL', 'MODABS(-7.5, 2.0)', 0.5],
    ['BOOL', 'EXTRACT(DWORD#4, 2)', true],
    ['BOOL', 'EXTRACT(DWORD#4, 40)', false],
    ['DWORD', 'PUTBIT(DWORD#0, 31, TRUE)', 0x8000_0000n],
    ['DWORD', 'PUTBIT(DWORD#16#FF, 0, FALSE)', 0xfen],
    ['BYTE', 'PACK(TRUE, FALSE, TRUE, FALSE, FALSE, FALSE, FALSE, TRUE)', 0x85n],
    ['TIME', 'ABS(T#-5s)', 5_000_000_000n],
    ['INT', 'BIG_ENDIAN_TO(INT#13330)', 4660n],
  ] as const)('%s := %s gives %s', (type, expression, expected) => {
    expect(evaluate([[type, expression]])).toEqual([expected]);
  });

  it('a function or block of the program comes before the one of the library', () => {
    const program = runProgram(`FUNCTION FRAC : INT VAR_INPUT x : INT; END_VAR FRAC := x + 1; END_FUNCTION
FUNCTION_BLOCK BLINK VAR_INPUT A : INT; END_VAR VAR_OUTPUT B : INT; END_VAR B := A; END_FUNCTION_BLOCK
PROGRAM Main VAR f, g : INT; b : BLINK; END_VAR f := FRAC(41); b(A := 5, B => g); END_PROGRAM`);
    program.scan();
    expect([program.read('Main.f'), program.read('Main.g')]).toEqual([42n, 5n]);
  });

  it('enumerations, subranges and structures go through MOVE, SEL, MUX and MAX', () => {
    const program =
      runProgram(`TYPE Color : (RED, GREEN, BLUE := 10); Small : INT (0..100); Point : STRUCT x, y : INT; END_STRUCT; END_TYPE
PROGRAM Main VAR c : Color := BLUE; s : Small := 7; p : Point := (x := 1, y := 2); q : Point; g : BOOL := TRUE;
  a, b : Color; i, j : INT; r : Point; e : BOOL; END_VAR
a := SEL(g, RED, c); b := MUX(1, RED, GREEN, BLUE); i := TO_INT(c); j := MAX(s, 3); r := SEL(g, q, p); e := EQ(c, BLUE);
END_PROGRAM`);
    program.scan();
    expect(['a', 'b', 'i', 'j', 'r', 'e'].map((name) => program.read(`Main.${name}`))).toEqual([
      10n,
      1n,
      10n,
      7n,
      { x: 1n, y: 2n },
      true,
    ]);
  });
});
