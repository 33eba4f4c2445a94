import { run } from '../../../support/run-source.js';

const vars = (text: string): string => `PROGRAM Main VAR ${text} END_VAR `;

describe('calls', () => {
  it.each([
    [
      'a function without a result and outputs works through globals and VAR_IN_OUT',
      `VAR_GLOBAL total : INT; END_VAR
       FUNCTION Book VAR_INPUT n : INT; END_VAR total := total + n; END_FUNCTION
       FUNCTION Raise VAR_IN_OUT n : INT; END_VAR n := n + 1; END_FUNCTION
       ${vars('q, r : INT;')} Book(3); Book(n := 4); q := total; Raise(r); END_PROGRAM`,
      { q: 7, r: 1 },
    ],
    [
      'functions give outputs and defaults of omitted inputs',
      `FUNCTION Div2 : INT VAR_INPUT a : INT; b : INT := 3; END_VAR VAR_OUTPUT rest : INT; END_VAR
       rest := a MOD b; Div2 := a / b; END_FUNCTION
       ${vars('q, r, s : INT;')} q := Div2(a := 20, rest => r); s := Div2(7, 2); END_PROGRAM`,
      { q: 6, r: 2, s: 3 },
    ],
    [
      "VAR_IN_OUT works on the caller's variable, array element, member and local",
      `TYPE P : STRUCT a, b : INT; END_STRUCT; END_TYPE
       FUNCTION Inc : BOOL VAR_IN_OUT x : INT; END_VAR x := x + 1; Inc := TRUE; END_FUNCTION
       FUNCTION Local : INT VAR n : INT := 5; END_VAR Inc(n); Inc(x := n); Local := n; END_FUNCTION
       ${vars('v : INT; a : ARRAY[1..3] OF INT; i : INT := 2; p : P; l : INT;')} Inc(v); Inc(a[i]); Inc(p.b); l := Local(); END_PROGRAM`,
      { v: 1, 'a[2]': 1, 'p.b': 1, l: 7 },
    ],
    [
      'VAR_IN_OUT of bits goes through a temporary',
      `FUNCTION_BLOCK Toggle VAR_IN_OUT b : BOOL; END_VAR b := NOT b; END_FUNCTION_BLOCK
       ${vars('w : WORD; t : Toggle; q AT %QX1.3 : BOOL; y AT %QB1 : BYTE;')} t(b := w.4); t(b := q); END_PROGRAM`,
      { w: 16, q: true, y: 8 },
    ],
    [
      'ARRAY[*] brings its bounds, also through a second call',
      `FUNCTION Sum : DINT VAR_IN_OUT a : ARRAY[*] OF INT; END_VAR VAR i : DINT; END_VAR
         FOR i := LOWER_BOUND(a, 1) TO UPPER_BOUND(a, 1) DO Sum := Sum + a[i]; END_FOR; END_FUNCTION
       FUNCTION Outer : DINT VAR_IN_OUT b : ARRAY[*] OF INT; END_VAR Outer := Sum(b) * 10; END_FUNCTION
       FUNCTION_BLOCK Last VAR_IN_OUT a : ARRAY[*, *] OF INT; END_VAR VAR_OUTPUT q : INT; END_VAR
         q := a[UPPER_BOUND(a, 1), UPPER_BOUND(a, 2)]; END_FUNCTION_BLOCK
       ${vars('x : ARRAY[-1..1] OF INT := [1, 2, 3]; y : ARRAY[5..6] OF INT := [10, 20]; m : ARRAY[0..1, 1..3] OF INT := [5(0), 7]; f : Last; r, s, t : DINT;')}
       r := Sum(x); s := Sum(y); t := Outer(x); f(a := m); END_PROGRAM`,
      { r: 6, s: 30, t: 60, 'f.q': 7 },
    ],
    [
      'omitted inputs of a block keep their values, outputs can be taken by position and negated',
      `FUNCTION_BLOCK Acc VAR_INPUT a : INT := 4; b : INT; END_VAR VAR_OUTPUT s : INT; q : BOOL; END_VAR s := s + a + b; q := s > 8; END_FUNCTION_BLOCK
       ${vars('f : Acc; x : INT; n, m : BOOL;')} f(b := 1); f(); f(1, 1, x, m); f(NOT q => n); END_PROGRAM`,
      { 'f.s': 14, x: 12, m: true, n: false },
    ],
    [
      'EN decides whether a call happens and ENO tells',
      `FUNCTION Twice : INT VAR_INPUT x : INT; END_VAR Twice := 2 * x; END_FUNCTION
       FUNCTION_BLOCK Count VAR_OUTPUT n : INT; END_VAR n := n + 1; END_FUNCTION_BLOCK
       ${vars('a, b : INT := 9; c : Count; e1, e2, e3 : BOOL; s : STRING;')}
       a := Twice(EN := TRUE, x := 4, ENO => e1); b := Twice(EN := FALSE, x := 4, ENO => e2);
       c(EN := TRUE); c(EN := FALSE, ENO => e3); s := LEFT(EN := TRUE, IN := 'abc', L := 2); END_PROGRAM`,
      { a: 8, b: 0, e1: true, e2: false, e3: false, 'c.n': 1, s: 'ab' },
    ],
    [
      'strings and structures are passed by value and returned',
      `TYPE P : STRUCT a : INT; s : STRING[10]; END_STRUCT; END_TYPE
       FUNCTION Make : P VAR_INPUT n : INT; t : STRING[10]; END_VAR t := CONCAT(t, '!'); Make.a := n; Make.s := t; END_FUNCTION
       FUNCTION Change : INT VAR_INPUT p : P; END_VAR p.a := 99; Change := p.a; END_FUNCTION
       ${vars("p : P; t : STRING[10] := 'hey'; c, l : INT;")} p := Make(3, t); c := Change(p); l := LEN(Make(1, 'x').s); END_PROGRAM`,
      { 'p.a': 3, 'p.s': 'hey!', t: 'hey', c: 99, l: 2 },
    ],
    [
      "a user's function wins over the standard one of that name",
      `FUNCTION MAX : INT VAR_INPUT a, b : INT; END_VAR MAX := 42; END_FUNCTION ${vars('x : INT;')} x := MAX(1, 2); END_PROGRAM`,
      { x: 42 },
    ],
    [
      'actions share the instance and may be called with its inputs',
      `FUNCTION_BLOCK B VAR_INPUT i : INT; END_VAR VAR n : INT; END_VAR Add(); END_FUNCTION_BLOCK
       ACTIONS B ACTION Add n := n + i; END_ACTION END_ACTIONS
       ${vars('b : B;')} b(i := 2); b.Add(); b.Add(i := 10); END_PROGRAM`,
      { 'b.n': 14 },
    ],
    [
      'programs that others call run when they are called only',
      `PROGRAM Sub VAR_INPUT x : INT; END_VAR VAR_OUTPUT y : INT; END_VAR y := y + x; END_PROGRAM
       ${vars('z : INT;')} Sub(x := 5, y => z); Sub(); END_PROGRAM`,
      { z: 5, 'Sub.y': 10 },
    ],
    [
      'inputs with R_EDGE and F_EDGE see edges',
      `FUNCTION_BLOCK E VAR_INPUT r : BOOL R_EDGE; f : BOOL F_EDGE; END_VAR VAR nr, nf : INT; END_VAR
         IF r THEN nr := nr + 1; END_IF; IF f THEN nf := nf + 1; END_IF; END_FUNCTION_BLOCK
       ${vars('e : E; i : INT;')} FOR i := 1 TO 6 DO e(r := i > 2, f := i < 4); END_FOR; END_PROGRAM`,
      { 'e.nr': 1, 'e.nf': 1 },
    ],
    [
      'a body may say FALSE to its ENO without declaring it, and is not run with EN FALSE',
      `FUNCTION Root : LREAL VAR_INPUT x : LREAL; END_VAR IF x < 0.0 THEN ENO := FALSE; RETURN; END_IF; Root := SQRT(x); END_FUNCTION
       FUNCTION_BLOCK Count VAR_INPUT top : INT; END_VAR VAR_OUTPUT n : INT; END_VAR
       IF EN THEN n := n + 1; END_IF; ENO := n <= top; END_FUNCTION_BLOCK
       ${vars('r : LREAL; a, b, c, d, e, g : BOOL := TRUE; f : Count;')}
       r := Root(x := 4.0, ENO => a); r := Root(x := -4.0, ENO => b); r := Root(EN := FALSE, x := 4.0, ENO => c);
       f(top := 1, ENO => d); f(EN := FALSE, top := 1, ENO => e); f(top := 1); g := f.ENO; END_PROGRAM`,
      { a: true, b: false, c: false, d: true, e: false, g: false, 'f.n': 2 },
    ],
    [
      'a global variable EN stays what it is',
      `VAR_GLOBAL en : BOOL; END_VAR FUNCTION_BLOCK B VAR_OUTPUT q : BOOL := TRUE; END_VAR q := en; END_FUNCTION_BLOCK
       ${vars('b : B;')} b(); END_PROGRAM`,
      { 'b.q': false },
    ],
  ])('%s', (_, source, expected) => {
    const names = Object.keys(expected);
    expect(
      run(
        source,
        names.map((n) => (n.startsWith('Sub.') ? n : `Main.${n}`)),
      ),
    ).toEqual(Object.values(expected));
  });
});
