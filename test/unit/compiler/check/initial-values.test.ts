import { compile } from '../../../../server/src/compiler/compile.js';
import { findProfile } from '../../../../server/src/compiler/profile.js';
import { errorsOf, start } from '../../../support/run-source.js';

const program = 'PROGRAM P END_PROGRAM';

describe('an initial value that nothing needs', () => {
  it.each([
    [
      'of an input of a block without instances',
      `TYPE LEVEL : (INFO); END_TYPE FUNCTION_BLOCK F VAR_INPUT\nl : LEVEL := CRITICAL; END_VAR END_FUNCTION_BLOCK`,
      ['E2001@2'],
    ],
    [
      'of a variable of a block without instances',
      'FUNCTION_BLOCK F VAR\nb : REF_TO BOOL := REF(gb); END_VAR END_FUNCTION_BLOCK',
      ['E2001@2'],
    ],
    ['of an output', 'FUNCTION_BLOCK F VAR_OUTPUT\nq : SINT := 300; END_VAR END_FUNCTION_BLOCK', ['E3003@2']],
    [
      'of a block that is only extended',
      "FUNCTION_BLOCK F VAR\ni : INT := 'x'; END_VAR END_FUNCTION_BLOCK FUNCTION_BLOCK G EXTENDS F END_FUNCTION_BLOCK",
      ['E3001@2'],
    ],
    [
      'of an input of a function that nothing calls',
      'FUNCTION F : INT VAR_INPUT\na : INT := 40000; END_VAR F := a; END_FUNCTION',
      ['E3003@2'],
    ],
    [
      'of an input of a method that nothing calls',
      'FUNCTION_BLOCK F METHOD M VAR_INPUT\na : INT := missing; END_VAR END_METHOD END_FUNCTION_BLOCK',
      ['E2001@2'],
    ],
    [
      'of a member of a structure',
      'TYPE foo : STRUCT a : INT; END_STRUCT; S : STRUCT\nu : foo := (xxx := 1);\nv : INT := TRUE; END_STRUCT; END_TYPE',
      ['E3007@2', 'E3001@3'],
    ],
    [
      'of a structure within a structure and an array',
      'TYPE S : STRUCT t : ARRAY[0..1] OF STRUCT\na : SINT := 200; END_STRUCT; END_STRUCT; END_TYPE',
      ['E3003@2'],
    ],
    ['of a type', 'TYPE\nMyINT : INT := 60000; END_TYPE', ['E3003@2']],
    ['of a subrange', 'TYPE\nSub : INT(0..10) := 11; END_TYPE', ['E3003@2']],
    ['of an array type', 'TYPE\nA : ARRAY[1..2] OF INT := [1, 2, 3]; END_TYPE', ['E2016@2']],
    [
      'of a member that an instance gets',
      "FUNCTION_BLOCK G VAR a : INT; END_VAR END_FUNCTION_BLOCK FUNCTION_BLOCK F VAR\ng : G := (a := 'x'); END_VAR END_FUNCTION_BLOCK",
      ['E3001@2'],
    ],
  ])('%s is checked', (_, source, expected) => {
    expect(errorsOf(`${source} ${program}`)).toEqual(expected);
    expect(errorsOf(`${source} ${program}`, 'codesys')).toEqual(expected);
  });

  it('is told once, however often it is needed', () => {
    const source = `FUNCTION_BLOCK F VAR\ni : INT := 'x'; END_VAR END_FUNCTION_BLOCK
      PROGRAM P VAR a, b : F; c : ARRAY[0..3] OF F; END_VAR a(); b(); END_PROGRAM`;
    expect(errorsOf(source)).toEqual(['E3001@2']);
  });

  it('may call functions, and mention members, constants and globals', () => {
    const source = `VAR_GLOBAL CONSTANT n : INT := 3; END_VAR VAR_GLOBAL g : INT; END_VAR
      FUNCTION twice : INT VAR_INPUT a : INT; END_VAR twice := 2 * a; END_FUNCTION
      FUNCTION_BLOCK F VAR CONSTANT k : INT := 2; END_VAR VAR a : INT := twice(n + k); r : REF_TO INT := REF(a); s : REF_TO INT := REF(g); END_VAR
      VAR_TEMP t : INT := a; u : INT := t; END_VAR END_FUNCTION_BLOCK
      FUNCTION H : INT VAR_INPUT a : INT := n; END_VAR VAR b : INT := a; END_VAR H := b; END_FUNCTION ${program}`;
    expect(errorsOf(source)).toEqual([]);
  });

  it('leaves a type of REAL with a typed value of LREAL that loses nothing', () => {
    const source = 'PROGRAM P VAR r : REAL := LREAL#11.5; END_VAR END_PROGRAM';
    expect(start(source).get('P.r')).toBe(11.5);
    expect(
      errorsOf('FUNCTION_BLOCK F VAR r : REAL := LREAL#0.1; END_VAR END_FUNCTION_BLOCK PROGRAM P END_PROGRAM'),
    ).toEqual(['E3001@1']);
  });
});

describe('a literal of another kind as an initial value', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['i : INT := 1.5', 'E3001@1'],
    ['t : TIME := 5', 'E3001@1'],
    ['i : INT := TRUE', 'E3001@1'],
    ['i : WORD := FALSE', 'E3001@1'],
    ['u : USINT := -1', 'E3003@1'],
    ['a : ARRAY[0..1] OF UINT := [0, -1]', 'E3003@1'],
  ];
  it.each(['iec', 'codesys', 'twincat'])('is refused in the profile %s', (profile) => {
    for (const [declaration, expected] of rows) {
      expect([declaration, errorsOf(`PROGRAM P VAR ${declaration}; END_VAR END_PROGRAM`, profile)]).toEqual([
        declaration,
        [expected],
      ]);
      expect([
        declaration,
        errorsOf(`FUNCTION F : INT VAR ${declaration}; END_VAR F := 1; END_FUNCTION PROGRAM P END_PROGRAM`, profile),
      ]).toEqual([declaration, [expected]]);
    }
  });

  it.each(['iec', 'codesys', 'twincat'])('is none where it fits, in the profile %s', (profile) => {
    const source =
      'PROGRAM P VAR a : BOOL := 1; b : REAL := 2; c : INT := 16#FFFF; d : LREAL := -1; e : INT := -5; f : BYTE := 255; END_VAR END_PROGRAM';
    expect(errorsOf(source, profile)).toEqual([]);
  });

  it('has a warning like a statement where a lenient profile converts a constant', () => {
    const { diagnostics } = compile({
      name: 'test',
      documents: [
        {
          name: 'a.st',
          content: 'VAR_GLOBAL CONSTANT k : LREAL := 2.5; END_VAR PROGRAM P VAR r : REAL := k; END_VAR END_PROGRAM',
        },
      ],
      profile: findProfile('codesys')!,
    });
    expect(diagnostics.map((d) => d.code)).toEqual(['W3001']);
  });
});

describe('a variable without an initial value', () => {
  const source = `TYPE LEVEL : INT(-5..5); COUNT : UINT(10..20); PRESET : INT(-5..5) := 3; END_TYPE
    FUNCTION KEEP : LEVEL VAR l : LEVEL; END_VAR END_FUNCTION
    PROGRAM P VAR a : LEVEL; b : INT(-9..9); c : COUNT; d : PRESET; e : ARRAY[0..2] OF LEVEL; f : INT; END_VAR
    f := KEEP(); END_PROGRAM`;
  it.each([
    ['iec', [-5, -9, 10, 3, [-5, -5, -5], -5]],
    ['codesys', [0, 0, 10, 3, [0, 0, 0], 0]],
  ])('of a subrange starts as the profile %s has it', (profile, expected) => {
    const run = start(source, profile);
    run.scan();
    expect(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => run.get(`P.${name}`))).toEqual(expected);
  });
});
