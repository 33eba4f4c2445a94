import { run } from '../../../support/run-source.js';

const program = (variables: string, body: string): string =>
  `PROGRAM Main VAR ${variables} END_VAR ${body} END_PROGRAM`;

describe('statements', () => {
  it.each([
    [
      'FOR runs zero times over an empty range',
      'i, n : INT;',
      'FOR i := 5 TO 1 DO n := n + 1; END_FOR;',
      { n: 0, i: 5 },
    ],
    [
      'FOR leaves its variable one step past the limit',
      'i, n : INT;',
      'FOR i := 1 TO 10 BY 3 DO n := n + 1; END_FOR;',
      { n: 4, i: 13 },
    ],
    [
      'FOR counts down with a negative step',
      'i, n : INT;',
      'FOR i := 3 TO 1 BY -1 DO n := n * 10 + i; END_FOR;',
      { n: 321, i: 0 },
    ],
    [
      'FOR ends at the limit of its type',
      'i : SINT; n : INT;',
      'FOR i := 120 TO 127 DO n := n + 1; END_FOR;',
      { n: 8 },
    ],
    [
      'FOR ends at the lower limit of an unsigned type',
      'i : USINT; n : INT;',
      'FOR i := 3 TO 0 BY -1 DO n := n + 1; END_FOR;',
      { n: 4 },
    ],
    [
      'a chain of S=, R= and := takes its last value everywhere',
      'a, c, d, e : BOOL; b : BOOL := TRUE; n : INT;',
      'a S= b R= c := n = 0; e := d S= a R= a;',
      { a: false, b: false, c: true, d: true, e: true },
    ],
    [
      'NOT turns all bits of a literal, as many as its context has',
      'w, v : WORD; x : BYTE; b : BOOL; i : INT; z : DINT;',
      'v := 16#FFFF; w := v AND NOT 16#0F; x := 16#FF AND NOT 16#0F; b := NOT 16#0F = w; i := NOT 1; z := WORD_TO_DINT(NOT 16#0000);',
      { w: 0xfff0, x: 0xf0, b: true, i: -2, z: 65_535 },
    ],
    [
      'a function among the arguments of a choice gives what the context wants',
      'k : INT := 2; n : INT; r : REAL;',
      'n := SEL(TRUE, 1, MUX(k, 5, 6, 7)); r := MAX(1, MIN(k, 5));',
      { n: 7, r: 2 },
    ],
    [
      'FOR evaluates limit and step once',
      'i, n : INT; l : INT := 3; s : INT := 1;',
      'FOR i := 1 TO l BY s DO l := 100; s := 50; n := n + 1; END_FOR;',
      { n: 3 },
    ],
    [
      'FOR takes a step whose sign is known at run time only',
      'i, n : INT; s : INT := -2;',
      'FOR i := 9 TO 1 BY s DO n := n + 1; END_FOR;',
      { n: 5 },
    ],
    [
      'FOR compares with a wider limit',
      'i, n : INT; l : DINT := 3;',
      'FOR i := 1 TO l DO n := n + 1; END_FOR;',
      { n: 3 },
    ],
    [
      'EXIT and CONTINUE mean the loop around them',
      'i, j, n : INT;',
      'FOR i := 1 TO 5 DO j := 0; WHILE TRUE DO j := j + 1; IF j = 2 THEN CONTINUE; END_IF; IF j > 3 THEN EXIT; END_IF; n := n + 1; END_WHILE; END_FOR;',
      { n: 10 },
    ],
    ['REPEAT runs at least once', 'n : INT;', 'REPEAT n := n + 1; UNTIL TRUE END_REPEAT;', { n: 1 }],
    [
      'CASE takes lists, ranges and names',
      'c : (Red, Green, Blue) := Blue; n, m : INT; w : WORD := 16#8000;',
      'CASE c OF Red: n := 1; Green, Blue: n := 2; END_CASE; CASE w OF 0..10: m := 1; 16#7FFF..16#FFFF: m := 2; ELSE m := 3; END_CASE;',
      { n: 2, m: 2 },
    ],
    [
      'CASE without a fitting label runs ELSE',
      'n : INT; u : UDINT := 4000000000;',
      'CASE u OF 1: n := 1; 4000000001: n := 2; ELSE n := 3; END_CASE;',
      { n: 3 },
    ],
    ['RETURN leaves the body', 'n : INT;', 'n := 1; RETURN; n := 2;', { n: 1 }],
    [
      'jumps go forward and back, out of blocks too',
      'n, i : INT;',
      'again: i := i + 1; IF i < 4 THEN n := n + i; JMP again; END_IF; JMP done; n := 100; done: n := n + 1;',
      { n: 7 },
    ],
    [
      'AND_THEN and OR_ELSE leave out what is not needed',
      'a : ARRAY[1..3] OF INT; i : INT := 9; b, c : BOOL;',
      'b := i < 4 AND_THEN a[i] = 0; c := i > 3 OR_ELSE a[i] = 0;',
      { b: false, c: true },
    ],
  ])('%s', (_, variables, body, expected) => {
    expect(
      run(
        program(variables, body),
        Object.keys(expected).map((n) => `Main.${n}`),
      ),
    ).toEqual(Object.values(expected));
  });

  it.each([
    ['division by zero', 'a, b : INT;', 'a := 1 / b;', 'R4001'],
    ['MOD by zero', 'a, b : LINT;', 'a := 1 MOD b;', 'R4001'],
    ['an index above the bounds', 'a : ARRAY[1..3] OF INT; i : INT := 4;', 'a[i] := 1;', 'R4002'],
    ['an index far below the bounds', 'a : ARRAY[1..3] OF INT; i : LINT := -4294967295;', 'a[i] := 1;', 'R4002'],
    ['a null pointer', 'p : POINTER TO INT;', 'p^ := 1;', 'R4003'],
    ['an unbound reference', 'r : REFERENCE TO INT; i : INT;', 'i := r;', 'R4003'],
    ['a value outside its subrange', 'r : INT(1..5); i : INT := 6;', 'r := i;', 'R4010'],
  ])('%s faults', (_, variables, body, code) => {
    expect(run(program(variables, body), [])).toEqual([code]);
  });
});

describe('** of literals', () => {
  it('has the type that is wanted', () => {
    const source = program(
      'r : REAL; l : LREAL; i : INT; n : REAL;',
      'r := 2.0 ** 3.0; l := 2.0 ** 0.5; i := 2 ** 3; n := -2.0 ** 2.0;',
    );
    expect(run(source, ['Main.r', 'Main.l', 'Main.i', 'Main.n'])).toEqual([8, Math.SQRT2, 8, 4]);
  });
});
