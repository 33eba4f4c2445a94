import { errorsOf, start } from '../../../support/run-source.js';

const flags = 'VAR_INPUT bInitRetains, bInCopyCode : BOOL;';
const blocks = `FUNCTION_BLOCK FB VAR n : INT; END_VAR
  METHOD FB_init : BOOL ${flags} k : INT; END_VAR n := k; FB_init := TRUE; END_METHOD END_FUNCTION_BLOCK
  FUNCTION_BLOCK None VAR n : INT; END_VAR METHOD FB_init : BOOL ${flags} END_VAR n := 7; FB_init := TRUE; END_METHOD END_FUNCTION_BLOCK
  FUNCTION_BLOCK Own VAR n : INT; END_VAR
  METHOD FB_init : BOOL ${flags} k : INT := 5; END_VAR n := k; FB_init := TRUE; END_METHOD END_FUNCTION_BLOCK
  FUNCTION_BLOCK Derived EXTENDS FB VAR m : INT; END_VAR
  METHOD FB_init : BOOL ${flags} k : INT; l : INT; END_VAR m := l; FB_init := TRUE; END_METHOD END_FUNCTION_BLOCK
  FUNCTION_BLOCK Plain VAR_INPUT n : INT; END_VAR END_FUNCTION_BLOCK `.replaceAll('\n', ' ');
const errors = (declaration: string, profile = 'codesys'): string[] =>
  errorsOf(`${blocks} PROGRAM P VAR q : INT;\n${declaration}; END_VAR END_PROGRAM`, profile);

describe('FB_init gets from a declaration', () => {
  it.each([
    ['nothing where it needs a value', 'a : FB', ['E4004@2']],
    ['nothing where elements need one', 'a : ARRAY[0..2] OF FB', ['E4004@2']],
    ['too few elements', 'a : ARRAY[1..2] OF FB[(1)]', ['E4004@2']],
    ['too many elements', 'a : ARRAY[1..2] OF FB[(1), (2), (3)]', ['E4003@2']],
    ['one list for a whole array', 'a : ARRAY[1..2] OF FB(1)', ['E4003@2']],
    ['a value where it takes none', 'a : None(2)', ['E4003@2']],
    ['a value too many', 'a : FB(1, 2)', ['E4003@2']],
    ['a name that it does not have', 'a : FB(z := 2)', ['E4002@2']],
    ['too little for a derived block', 'a : Derived(1)', ['E4004@2']],
    ['a value of another type', "a : FB('x')", ['E3001@2']],
    ['a value where the block has no FB_init', 'a : Plain(2)', ['E4003@2']],
    ['a name where the block has no such input', 'a : Plain(z := 2)', ['E4002@2']],
    ['a value of another type for an element', "a : ARRAY[1..2] OF FB[(1), ('x')]", ['E3001@2']],
  ])('%s, which is an error', (_, declaration, expected) => {
    expect(errors(declaration)).toEqual(expected);
  });

  it('is checked in blocks that nothing instantiates too', () => {
    expect(
      errorsOf(
        `${blocks} FUNCTION_BLOCK H VAR\na : FB;\nb : FB('x'); END_VAR END_FUNCTION_BLOCK PROGRAM P END_PROGRAM`,
      ),
    ).toEqual(['E4004@2', 'E3001@3']);
  });

  it('what it takes: nothing, by position, by name, or from its own initial values', () => {
    for (const profile of ['iec', 'codesys', 'twincat'])
      expect(
        errors(
          'a : FB(1); b : FB(k := q); c : None; d : Own; e : Own(2); f : Derived(1, l := 2); g : Plain(n := 1)',
          profile,
        ),
      ).toEqual([]);
  });

  it('for derived blocks, also what the base takes', () => {
    const running = start(
      `${blocks} PROGRAM P VAR a : Derived(3, 4); b : Derived(l := 5, k := 6); END_VAR END_PROGRAM`,
      'codesys',
    );
    running.scan();
    expect(['a.n', 'a.m', 'b.n', 'b.m'].map((path) => running.get(`P.${path}`))).toEqual([3, 4, 6, 5]);
  });

  it('for each element of an array, by position and by name', () => {
    const running = start(
      `${blocks} VAR_GLOBAL g : ARRAY[0..1] OF FB[(8), (9)]; END_VAR
       FUNCTION_BLOCK Holder VAR c : ARRAY[1..2] OF FB[(5), (6)]; END_VAR END_FUNCTION_BLOCK
       FUNCTION F : INT VAR l : ARRAY[1..2] OF FB[(5), (6)]; END_VAR F := l[1].n * 10 + l[2].n; END_FUNCTION
       PROGRAM P VAR q : INT := 2; a : ARRAY[1..2] OF FB[(1), (q)]; b : ARRAY[1..2, 0..0] OF Plain[(n := 3), (n := 4)]; h : Holder; r : INT; END_VAR
       r := F(); END_PROGRAM`,
      'codesys',
    );
    expect(running.scan()).toBeUndefined();
    expect(
      ['P.a[1].n', 'P.a[2].n', 'P.b[1,0].n', 'P.b[2,0].n', 'P.h.c[1].n', 'P.h.c[2].n', 'P.r', 'g[1].n'].map((path) =>
        running.get(path),
      ),
    ).toEqual([1, 2, 3, 4, 5, 6, 56, 9]);
  });
});

it('FB_init runs once for every instance, with the initial values of its inputs where nothing is given', () => {
  const running = start(
    `VAR_GLOBAL made : INT; g : Own; END_VAR
     FUNCTION_BLOCK Own VAR n : INT; END_VAR
     METHOD FB_init : BOOL ${flags} k : INT := 5; END_VAR n := n + k; made := made + 1; END_METHOD END_FUNCTION_BLOCK
     FUNCTION_BLOCK Holder VAR a : Own; b : ARRAY[0..1] OF Own[(7)]; END_VAR END_FUNCTION_BLOCK
     FUNCTION F : INT VAR l : Own; END_VAR F := l.n; END_FUNCTION
     PROGRAM P VAR h : Holder; i : Own(k := 9); r : INT; atFirst : INT; END_VAR
     IF r = 0 THEN atFirst := made; END_IF; r := F(); END_PROGRAM`,
    'codesys',
  );
  expect(running.scan()).toBeUndefined();
  expect(
    ['g.n', 'P.h.a.n', 'P.h.b[0].n', 'P.h.b[1].n', 'P.i.n', 'P.r', 'P.atFirst'].map((path) => running.get(path)),
  ).toEqual([5, 5, 7, 5, 9, 5, 5]);
});

it('FB_init without inputs runs once, with empty parentheses too', () => {
  const running = start(
    `FUNCTION_BLOCK Bare VAR n : INT; END_VAR METHOD FB_init : BOOL ${flags} END_VAR n := n + 1; END_METHOD END_FUNCTION_BLOCK
     PROGRAM P VAR a : Bare; b : Bare(); p : POINTER TO Bare; r : INT; END_VAR p := __NEW(Bare()); r := p^.n; END_PROGRAM`,
    'codesys',
  );
  expect(running.scan()).toBeUndefined();
  expect(['P.a.n', 'P.b.n', 'P.r'].map((path) => running.get(path))).toEqual([1, 1, 1]);
});

it('FB_init of a derived block has the inputs of its base first', () => {
  const source = (inputs: string): string =>
    `${blocks} FUNCTION_BLOCK D2 EXTENDS FB\nMETHOD FB_init : BOOL ${flags} ${inputs} END_VAR FB_init := TRUE; END_METHOD END_FUNCTION_BLOCK PROGRAM P END_PROGRAM`;
  expect(errorsOf(source('k : INT; l : REAL;'))).toEqual([]);
  expect(errorsOf(source('l : REAL; k : INT;'))).toEqual(['E5006@2']);
  expect(errorsOf(source(''))).toEqual(['E5006@2']);
});
