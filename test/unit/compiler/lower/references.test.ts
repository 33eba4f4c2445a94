import { errorsOf, run } from '../../../support/run-source.js';

const program = (variables: string, body: string): string =>
  `PROGRAM Main VAR ${variables} END_VAR ${body} END_PROGRAM`;

const raise = 'FUNCTION Raise : BOOL VAR_INPUT r : REFERENCE TO DINT; END_VAR r := r + 1; Raise := TRUE; END_FUNCTION ';

describe('an input of a REFERENCE TO type', () => {
  it('is bound to the variable that is passed, by name or not, and to what a reference refers to', () => {
    const source = `${raise}
FUNCTION Twice : BOOL VAR_INPUT q : REFERENCE TO DINT; END_VAR Raise(q); Twice := Raise(r := q); END_FUNCTION
${program('x, y : DINT; a : ARRAY[0..3] OF DINT; ref : REFERENCE TO DINT; i : INT := 2;', 'Raise(x); Raise(r := x); Twice(x); ref REF= y; Raise(ref); Raise(a[i]);')}`;
    expect(run(source, ['Main.x', 'Main.y', 'Main.a'], { profile: 'twincat' })).toEqual([4, 1, [0, 0, 1, 0]]);
  });

  it('reaches the locals and inputs of functions', () => {
    const source = `${raise}
FUNCTION Sum : DINT VAR_INPUT a : DINT; END_VAR VAR k : DINT := 10; r : REFERENCE TO DINT REF= k; END_VAR
  Raise(a); Raise(r := k); r := r + 100; Sum := a + k; END_FUNCTION
${program('o : DINT;', 'o := Sum(5);')}`;
    expect(run(source, ['Main.o'], { profile: 'twincat' })).toEqual([117]);
  });

  it('stays bound in an instance until it is bound anew, and in lists of initial values', () => {
    const source = `
FUNCTION_BLOCK Item VAR_INPUT n : DINT; END_VAR END_FUNCTION_BLOCK
FUNCTION_BLOCK Wide EXTENDS Item END_FUNCTION_BLOCK
FUNCTION_BLOCK Holder VAR_INPUT r : REFERENCE TO Item; END_VAR VAR_OUTPUT valid : BOOL; END_VAR
  valid := __ISVALIDREF(r); IF valid THEN r.n := r.n + 1; END_IF; END_FUNCTION_BLOCK
${program('i, j : Item; w : Wide; h : Holder; k : Holder := (r := j); none, some : BOOL;', 'h(); none := h.valid; h(r := i); h(); h(r := w); k(); some := k.valid; h(r := 0);')}`;
    expect(run(source, ['Main.i.n', 'Main.j.n', 'Main.w.n', 'Main.none', 'Main.some'], { profile: 'twincat' })).toEqual(
      [2, 1, 1, false, true],
    );
  });

  it('is refused what is no variable of its type, and needs one', () => {
    const call = (argument: string): string[] =>
      errorsOf(raise + program('i : INT; d : DINT; b : BOOL; p : REF_TO INT;', `b := Raise(${argument});`));
    expect(call('r := d')).toEqual([]);
    expect(call('r := i')).toEqual(['E3001@1']);
    expect(call('p')).toEqual(['E3001@1']);
    expect(call('r := 5')).not.toEqual([]);
    expect(call('r := d + 1')).not.toEqual([]);
    expect(call('r := ')).toEqual(['E4004@1']);
  });
});

describe('a result of a REFERENCE TO type', () => {
  it('stands for the variable: read, assigned, called, and asked for members', () => {
    const source = `
FUNCTION_BLOCK Item VAR_INPUT n : DINT; END_VAR VAR_OUTPUT o : DINT; END_VAR o := n * 2;
  METHOD Add : BOOL VAR_INPUT k : DINT; END_VAR n := n + k; Add := TRUE; END_METHOD
END_FUNCTION_BLOCK
FUNCTION Pick : REFERENCE TO Item VAR_INPUT a, b : REFERENCE TO Item; first : BOOL; END_VAR
  IF first THEN Pick REF= a; ELSE Pick REF= b; END_IF; END_FUNCTION
FUNCTION Same : REFERENCE TO DINT VAR_INPUT r : REFERENCE TO DINT; END_VAR Same REF= r; END_FUNCTION
FUNCTION_BLOCK Store VAR items : ARRAY[1..3] OF Item; calls : DINT; END_VAR
  METHOD At : REFERENCE TO Item VAR_INPUT i : INT; END_VAR calls := calls + 1; At REF= items[i]; END_METHOD
  PROPERTY Second : REFERENCE TO Item GET Second REF= items[2]; END_GET END_PROPERTY
END_FUNCTION_BLOCK
${program(
  'x : DINT := 4; y : DINT; i, j : Item; s : Store; k, l, o : DINT; r : REFERENCE TO Item;',
  `y := Same(x) + 1; Same(x) := 8; Pick(i, j, TRUE).Add(3); Pick(i, j, FALSE).n := 77; Pick(i, j, TRUE)(n := 5); o := i.o;
   s.At(2).Add(40); s.At(1); k := s.At(2).n; r REF= s.At(3); r.n := 6; s.Second.Add(100); l := s.Second.n;`,
)}`;
    expect(
      run(
        source,
        ['Main.x', 'Main.y', 'Main.i.n', 'Main.j.n', 'Main.o', 'Main.k', 'Main.l', 'Main.s.calls', 'Main.s.items[3].n'],
        {
          profile: 'twincat',
        },
      ),
    ).toEqual([8, 5, 5, 77, 10, 40, 140, 4, 6]);
  });
});

describe('instances that refer to themselves', () => {
  it('do so in arrays and structures, each constructed once', () => {
    const source = `VAR_GLOBAL made : DINT; END_VAR
FUNCTION_BLOCK W VAR_INPUT k : INT; END_VAR VAR a : INT := 3; p : POINTER TO INT := ADR(a); r : REFERENCE TO INT REF= a; END_VAR
  p^ := p^ + 1; r := r + 10;
  METHOD FB_init : BOOL VAR_INPUT bInitRetains, bInCopyCode : BOOL; END_VAR made := made + 1; END_METHOD
END_FUNCTION_BLOCK
TYPE S : STRUCT w : W; n : INT := 2; END_STRUCT END_TYPE
${program(
  'm : ARRAY[1..3, 1..2] OF W; s : ARRAY[1..2] OF S; l : ARRAY[1..4] OF W := [2((k := 7)), (k := 8)]; sum, i, j : INT;',
  'FOR i := 1 TO 3 DO FOR j := 1 TO 2 DO m[i, j](); sum := sum + m[i, j].a; END_FOR; END_FOR; s[2].w(); l[2](); l[4]();',
)}`;
    expect(
      run(
        source,
        [
          'made',
          'Main.sum',
          'Main.s[1].w.a',
          'Main.s[2].w.a',
          'Main.s[2].n',
          'Main.l[1].a',
          'Main.l[2].a',
          'Main.l[2].k',
          'Main.l[3].k',
          'Main.l[4].a',
        ],
        { profile: 'twincat' },
      ),
    ).toEqual([12, 84, 3, 14, 2, 3, 14, 7, 8, 14]);
  });
});

describe('a VAR of a function block or program', () => {
  const source = (body: string): string => `
FUNCTION_BLOCK A VAR_INPUT i : INT; END_VAR VAR inner : INT; END_VAR VAR PUBLIC free : INT; END_VAR inner := inner + 1; END_FUNCTION_BLOCK
FUNCTION_BLOCK B EXTENDS A METHOD M inner := 5; THIS^.inner := 6; SUPER^.inner := 7; END_METHOD END_FUNCTION_BLOCK
PROGRAM Other VAR s : INT; END_VAR s := 1; END_PROGRAM
ACTION Other.Go Other.s := 2; s := 3; END_ACTION
${program('a : A; n : INT;', body)}`;

  it('is read from outside, and assigned by its own code only', () => {
    expect(errorsOf(source('n := a.inner + Other.s; a.i := 1; a.free := 2;'))).toEqual([]);
    expect(errorsOf(source('a.inner := 1;'))).toEqual(['E4007@6']);
    expect(errorsOf(source('Other.s := 1;'))).toEqual(['E4007@6']);
  });
});

describe('functions of the compiler itself', () => {
  it('know the names of their parameters', () => {
    const source = program(
      'a : ARRAY[2..5] OF INT; n : DINT; p : POINTER TO INT;',
      'n := SIZEOF(IN := a); p := ADR(IN := a[3]); n := n + UPPER_BOUND(DIM := 1, ARR := a);',
    );
    expect(run(source, ['Main.n'], { profile: 'codesys' })).toEqual([13]);
    expect(errorsOf(program('a : INT; n : DINT;', 'n := SIZEOF(VALUE := a);'))).toEqual(['E4002@1']);
    expect(errorsOf(program('a : ARRAY[0..1] OF INT; n : DINT;', 'n := UPPER_BOUND(ARR := a, ARR := a);'))).toEqual([
      'E4005@1',
    ]);
  });
});

describe('a pointer to another type', () => {
  it('reads the same bytes, also in iec; a REF_TO does not', () => {
    const source = program(
      'd : DWORD := 16#3FC00000; p : POINTER TO DWORD; q : POINTER TO REAL; r : REAL;',
      'p := ADR(d); q := p; r := q^;',
    );
    expect(run(source, ['Main.r'])).toEqual([1.5]);
    expect(errorsOf(program('p : REF_TO DWORD; q : REF_TO REAL;', 'q := p;'))).toEqual(['E3001@1']);
  });
});
