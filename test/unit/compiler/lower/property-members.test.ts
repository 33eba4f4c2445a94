import { errorsOf, run } from '../../../support/run-source.js';

const declarations = `
INTERFACE ICounter
  METHOD Read : INT END_METHOD
  METHOD Self : ICounter END_METHOD
  PROPERTY Level : INT GET END_GET SET END_SET END_PROPERTY
  PROPERTY Next : ICounter GET END_GET END_PROPERTY
END_INTERFACE
TYPE Pair : STRUCT a : INT; b : ARRAY[1..3] OF INT; END_STRUCT; END_TYPE
FUNCTION_BLOCK Counter IMPLEMENTS ICounter VAR v : INT; END_VAR
  METHOD Read : INT Read := 40 + v; END_METHOD
  METHOD Self : ICounter Self := THIS^; END_METHOD
  PROPERTY Level : INT GET Level := v; END_GET SET v := Level; END_SET END_PROPERTY
  PROPERTY Next : ICounter GET Next := THIS^; END_GET END_PROPERTY
END_FUNCTION_BLOCK
FUNCTION AsCounter : ICounter VAR_IN_OUT c : Counter; END_VAR AsCounter := c; END_FUNCTION
FUNCTION_BLOCK Holder VAR kept : ICounter; w : WORD := 16#8; END_VAR
  METHOD Keep VAR_INPUT c : ICounter; END_VAR kept := c; END_METHOD
  METHOD Total : INT Total := It.Read() + THIS^.It.Level + Both.a + List[2]; END_METHOD
  METHOD IsMe : BOOL VAR_INPUT p : POINTER TO Holder; END_VAR IsMe := p = THIS; END_METHOD
  PROPERTY It : ICounter GET It := kept; END_GET END_PROPERTY
  PROPERTY Both : Pair GET Both.a := 5; Both.b[3] := 6; END_GET END_PROPERTY
  PROPERTY List : ARRAY[1..3] OF INT GET List[2] := 9; END_GET END_PROPERTY
  PROPERTY Word : WORD GET Word := w; END_GET END_PROPERTY
END_FUNCTION_BLOCK
`;
const valuesOf = (variables: string, body: string, paths: readonly string[]): unknown[] =>
  run(`${declarations} PROGRAM Main VAR c : Counter; h, other : Holder; ${variables} END_VAR h.Keep(c); ${body} END_PROGRAM`, paths, { profile: 'twincat' }); // prettier-ignore

describe('what a property or call gives', () => {
  it('has the methods and properties of its interface', () => {
    const body = 'h.It.Level := 3; r := h.It.Read(); l := h.It.Next.Next.Level; f := AsCounter(c).Read(); s := h.It.Self().Self().Read(); t := h.Total();';
    expect(valuesOf('r, l, f, s, t : INT;', body, ['Main.r', 'Main.l', 'Main.f', 'Main.s', 'Main.t'])).toEqual([43, 3, 43, 43, 60]);
  }); // prettier-ignore

  it('has the members, elements and bits of its type', () => {
    const body = 'a := h.Both.a; b := h.Both.b[3]; e := h.List[2]; x := h.Word.3; y := h.Word.2;';
    expect(valuesOf('a, b, e : INT; x, y : BOOL;', body, ['Main.a', 'Main.b', 'Main.e', 'Main.x', 'Main.y'])).toEqual([5, 6, 9, true, false]);
  }); // prettier-ignore

  it('is a copy, whose parts are not assigned', () => {
    const source = `${declarations} PROGRAM Main VAR h : Holder; END_VAR h.Both.a := 1; h.List[1] := 2; END_PROGRAM`;
    expect(errorsOf(source, 'twincat')).toEqual(['E4007@25', 'E4007@25']);
  });
});

describe('pointers', () => {
  it('are compared with THIS', () => {
    expect(valuesOf('same, not_ : BOOL;', 'same := h.IsMe(ADR(h)); not_ := h.IsMe(ADR(other));', ['Main.same', 'Main.not_'])).toEqual([true, false]); // prettier-ignore
  });

  it('are followed through a REFERENCE TO them', () => {
    const variables = 'p : POINTER TO INT; r : REFERENCE TO POINTER TO INT; t : INT := 7; u : INT;';
    expect(valuesOf(variables, 'r REF= p; p := ADR(t); r^ := 4; u := r^;', ['Main.t', 'Main.u'])).toEqual([4, 4]);
  });
});

describe('a CONSTANT input', () => {
  it('is passed and assigned by callers, and not by its block', () => {
    const block = (body: string): string => `FUNCTION_BLOCK B VAR_INPUT CONSTANT n : INT := 3; END_VAR VAR_OUTPUT q : INT; END_VAR ${body} END_FUNCTION_BLOCK`;
    const source = `${block('q := n + 1;')} PROGRAM Main VAR b, plain : B; END_VAR plain(); b.n := 6; b(n := b.n + 1); END_PROGRAM`;
    expect(run(source, ['Main.b.q', 'Main.plain.q'], { profile: 'codesys' })).toEqual([8, 4]);
    expect(errorsOf(block('n := 1;'), 'codesys')).toEqual(['E4007@1']);
  }); // prettier-ignore
});
