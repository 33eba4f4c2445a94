import { run } from '../../../support/run-source.js';

/** Bytes that can be reached in two ways: whatever the code generator keeps in locals, each write is seen at once. */
describe('one variable reached in two ways', () => {
  it.each([
    [
      'VAR_IN_OUT and global',
      `VAR_GLOBAL g : INT; END_VAR
       FUNCTION_BLOCK F VAR_IN_OUT x : INT; END_VAR VAR a, b : INT; END_VAR x := 1; a := g; g := 5; b := x; x := x + g; END_FUNCTION_BLOCK
       PROGRAM Main VAR f : F; END_VAR f(x := g); END_PROGRAM`,
      { 'f.a': 1, 'f.b': 5, '.g': 10 },
    ],
    [
      'pointer and member',
      'PROGRAM Main VAR x, a, b : INT; p : POINTER TO INT; END_VAR p := ADR(x); x := 3; a := p^; p^ := 4; b := x; END_PROGRAM',
      { a: 3, b: 4 },
    ],
    [
      'constant and computed index',
      'PROGRAM Main VAR x : ARRAY[0..3] OF INT; i : INT := 2; a, b : INT; END_VAR x[2] := 7; a := x[i]; x[i] := 8; b := x[2]; END_PROGRAM',
      { a: 7, b: 8 },
    ],
    [
      'structure and its member',
      'TYPE S : STRUCT m, n : INT; END_STRUCT; END_TYPE PROGRAM Main VAR s, t : S; a, b : INT; END_VAR s.m := 1; t.m := 9; t := s; a := t.m; s := t; s.m := s.m + 1; t := s; b := t.m; END_PROGRAM',
      { a: 1, b: 2 },
    ],
    [
      'a running block and a function that writes it from outside',
      `VAR_GLOBAL f : F; END_VAR FUNCTION Poke : INT f.x := 100; Poke := 1; END_FUNCTION
       FUNCTION_BLOCK F VAR PUBLIC x, y : INT; END_VAR x := 1; y := Poke(); y := x; x := x + 1; END_FUNCTION_BLOCK
       PROGRAM Main VAR a, b : INT; END_VAR f(); a := f.x; b := f.y; END_PROGRAM`,
      { a: 101, b: 100 },
    ],
    [
      'an inner block, its method and its owner',
      `FUNCTION_BLOCK I VAR PUBLIC n : INT; END_VAR METHOD PUBLIC Up n := n + 1; END_METHOD n := n * 2; END_FUNCTION_BLOCK
       FUNCTION_BLOCK O VAR i : I; a, b, c : INT; END_VAR i.n := 3; i.Up(); a := i.n; i(); b := i.n; i.n := i.n + 1; i.Up(); c := i.n; END_FUNCTION_BLOCK
       PROGRAM Main VAR o : O; END_VAR o(); END_PROGRAM`,
      { 'o.a': 4, 'o.b': 8, 'o.c': 10 },
    ],
    [
      'members that an overridden method changes',
      `FUNCTION_BLOCK A VAR PROTECTED n : INT; END_VAR VAR PUBLIC seen : INT; END_VAR METHOD PUBLIC Step n := n + 1; END_METHOD n := 10; Step(); seen := n; END_FUNCTION_BLOCK
       FUNCTION_BLOCK B EXTENDS A METHOD PUBLIC OVERRIDE Step n := n + 5; END_METHOD SUPER(); END_FUNCTION_BLOCK
       PROGRAM Main VAR a : A; b : B; END_VAR a(); b(); END_PROGRAM`,
      { 'a.seen': 11, 'b.seen': 15 },
    ],
    [
      'union members and overlapping addresses in a loop',
      `TYPE U : UNION d : DWORD; w : ARRAY[0..1] OF WORD; x : WORD; END_UNION; END_TYPE
       PROGRAM Main VAR u : U; i : INT; s : DWORD; q AT %MD0 : DWORD; b AT %MB1 : BYTE; t : DWORD; END_VAR
       FOR i := 1 TO 3 DO u.d := 0; u.w[1] := 1; u.x := 2; s := s + u.d; q := 0; b := 1; t := t + q; END_FOR; END_PROGRAM`,
      { s: 3 * 65538, t: 3 * 256 },
    ],
    [
      'a timer whose input is written before and read after its call',
      'PROGRAM Main VAR t : TON; a, b : BOOL; END_VAR t.IN := TRUE; t.PT := T#0s; t(); t(); a := t.Q; t.IN := FALSE; t(); b := t.Q; END_PROGRAM',
      { a: true, b: false },
    ],
    [
      'one variable passed twice by reference',
      'FUNCTION Swap : INT VAR_IN_OUT x, y : INT; END_VAR x := x + 1; y := y * 10; Swap := x; END_FUNCTION PROGRAM Main VAR v : INT := 2; r : INT; END_VAR r := Swap(v, v); END_PROGRAM',
      { v: 30, r: 30 },
    ],
    [
      'one local passed twice by reference',
      `FUNCTION Swap : INT VAR_IN_OUT x, y : INT; END_VAR x := x + 1; y := y * 10; Swap := x; END_FUNCTION
       FUNCTION Local : INT VAR n : INT := 2; END_VAR Local := Swap(n, n) + n; END_FUNCTION
       PROGRAM Main VAR r : INT; END_VAR r := Local(); END_PROGRAM`,
      { r: 60 },
    ],
    [
      'the parts of a word',
      'PROGRAM Main VAR w : WORD; a : WORD; b : BOOL; i : INT; END_VAR FOR i := 0 TO 2 DO w.0 := TRUE; w.%B1 := 2; a := w; w := w OR 16#80; b := w.7; w.7 := FALSE; END_FOR; END_PROGRAM',
      { a: 0x201, b: true, w: 0x201 },
    ],
    [
      'a record behind a reference that is bound anew',
      `TYPE S : STRUCT n : INT; END_STRUCT; END_TYPE
       PROGRAM Main VAR a : ARRAY[1..3] OF S; r : REFERENCE TO S; i, sum : INT; END_VAR
       FOR i := 1 TO 3 DO r REF= a[i]; r.n := i; a[i].n := a[i].n * 2; sum := sum + r.n; END_FOR; END_PROGRAM`,
      { sum: 12 },
    ],
  ])('%s', (_, source, expected) => {
    const paths = Object.keys(expected).map((name) => (name.startsWith('.') ? name.slice(1) : `Main.${name}`));
    expect(run(source, paths, { profile: 'codesys' })).toEqual(Object.values(expected));
  });
});
