import { compile } from '../../../../server/src/compiler/compile.js';
import { defaultProfile } from '../../../../server/src/compiler/profile.js';
import { errorsOf } from '../../../support/run-source.js';

const program = (variables: string, body: string): string => `PROGRAM P VAR ${variables} END_VAR\n${body}\nEND_PROGRAM`;

describe('statements are refused', () => {
  it.each([
    ['an undeclared name', 'x : INT;', 'y := 1;', ['E2001@2']],
    ['a narrowing assignment', 'a : INT; b : DINT;', 'a := b;', ['E3001@2']],
    ['a DINT for a REAL', 'a : REAL; b : DINT;', 'a := b;', ['E3001@2']],
    ['a UDINT for a DWORD', 'a : DWORD; b : UDINT;', 'a := b;', ['E3001@2']],
    ['a STRING for a WSTRING', 'a : WSTRING; b : STRING;', 'a := b;', ['E3001@2']],
    ['arrays of another length', 'a : ARRAY[0..1] OF INT; b : ARRAY[0..2] OF INT;', 'a := b;', ['E3001@2']],
    ['a value of another enumeration', 'a : (r, g); b : (x, y);', 'a := x;', ['E3001@2']],
    ['a literal that is too large', 'a : USINT;', 'a := 256;', ['E3003@2']],
    ['arithmetic on BOOL', 'a : BOOL; b : INT;', 'b := a + 1;', ['E3002@2']],
    ['logic on REAL', 'a : REAL;', 'a := NOT a;', ['E3002@2']],
    ['an index of a scalar', 'a : INT;', 'a[1] := 1;', ['E3004@2']],
    ['too many indices', 'a : ARRAY[0..1] OF INT;', 'a[0, 1] := 1;', ['E3005@2']],
    ['a constant index out of range', 'a : ARRAY[0..1] OF INT;', 'a[2] := 1;', ['E3006@2']],
    ['an unknown member', 't : TON;', 't.INN := TRUE;', ['E3007@2']],
    ['a bit beyond the width', 'a : BYTE; b : BOOL;', 'b := a.8;', ['E3008@2']],
    ['^ behind no pointer', 'a : INT;', 'a^ := 1;', ['E3009@2']],
    ['REF= for no reference', 'a, b : INT;', 'a REF= b;', ['E3009@2']],
    ['division by the constant zero', 'a : INT;', 'a := a / 0;', ['E3010@2']],
    ['a number as a condition', 'a : INT;', 'IF a THEN a := 1; END_IF;', ['E3011@2']],
    ['a type as a value', 'a : INT;', 'a := TON;', ['E3012@2']],
    ['a call of a variable', 'a : INT;', 'a();', ['E4001@2']],
    ['an unknown parameter', 't : TON;', 't(INN := TRUE);', ['E4002@2']],
    ['too many arguments', 'a : R_TRIG;', 'a(TRUE, FALSE, TRUE);', ['E4003@2', 'E4006@2']],
    ['an argument twice', 't : TON;', 't(IN := TRUE, IN := FALSE);', ['E4005@2']],
    ['an output passed like an input', 't : TON; q : BOOL;', 't(Q := q);', ['E4019@2']],
    ['an assignment to a function', 'a : INT;', 'SIN := a;', ['E3012@2']],
    ['EXIT outside a loop', 'a : INT;', 'EXIT;', ['E4010@2']],
    ['a jump to nowhere', 'a : INT;', 'JMP there;', ['E4011@2']],
    ['a CASE label twice', 'a : INT;', 'CASE a OF 1: a := 2; 1: a := 3; END_CASE;', ['E4012@2']],
    ['FOR over a REAL', 'a : REAL;', 'FOR a := 1 TO 2 DO ; END_FOR;', ['E4015@2']],
    ['arguments that a standard function does not take', 'a : REAL; b : BOOL;', 'a := SIN(b);', ['E4016@2']],
    ['SUPER in a program', 'a : INT;', 'a := SUPER.x;', ['E5011@2']],
    ['THIS in a program', 'a : INT;', 'THIS^.a := 1;', ['E5011@2']],
  ])('for %s', (_, variables, body, expected) => {
    expect(errorsOf(program(variables, body))).toEqual(expected);
  });

  it.each([
    ['a constant assigned', 'VAR_GLOBAL CONSTANT c : INT := 1; END_VAR PROGRAM P\nc := 2; END_PROGRAM', ['E4007@2']],
    [
      'a VAR_IN_OUT without a variable',
      'FUNCTION_BLOCK F VAR_IN_OUT x : INT; END_VAR END_FUNCTION_BLOCK PROGRAM P VAR f : F; END_VAR\nf(); f(x := 1); END_PROGRAM',
      ['E4004@2', 'E4006@2'],
    ],
    [
      'a VAR_IN_OUT of another type',
      'FUNCTION F : INT VAR_IN_OUT x : INT; END_VAR END_FUNCTION PROGRAM P VAR d : DINT; END_VAR\nF(d); END_PROGRAM',
      ['E4017@2'],
    ],
    [
      'an informal call that leaves out an input',
      'FUNCTION F : INT VAR_INPUT a, b : INT; END_VAR F := a; END_FUNCTION PROGRAM P VAR x : INT; END_VAR\nx := F(1);\nx := F(a := 1); END_PROGRAM',
      ['E4004@2'],
    ],
    [
      'a result where there is none',
      'FUNCTION_BLOCK F METHOD M END_METHOD END_FUNCTION_BLOCK PROGRAM P VAR f : F; x : INT; END_VAR\nx := f.M(); END_PROGRAM',
      ['E4018@2'],
    ],
    [
      'a function that calls itself',
      'FUNCTION\nF : INT F := F(); END_FUNCTION PROGRAM P VAR x : INT; END_VAR x := F(); END_PROGRAM',
      ['E4020@2'],
    ],
    [
      'functions that call each other',
      'FUNCTION\nF : INT F := G(); END_FUNCTION FUNCTION G : INT G := F(); END_FUNCTION',
      ['E4020@2'],
    ],
    [
      'a private member',
      'FUNCTION_BLOCK F VAR PRIVATE x : INT; END_VAR METHOD PRIVATE M END_METHOD END_FUNCTION_BLOCK PROGRAM P VAR f : F; END_VAR\nf.x := 1;\nf.M(); END_PROGRAM',
      ['E5010@2', 'E5010@3'],
    ],
    [
      'a property without SET',
      'FUNCTION_BLOCK F PROPERTY N : INT GET N := 1; END_GET END_PROPERTY END_FUNCTION_BLOCK PROGRAM P VAR f : F; END_VAR\nf.N := 1; END_PROGRAM',
      ['E5012@2'],
    ],
  ])('for %s', (_, source, expected) => {
    expect(errorsOf(source)).toEqual(expected);
  });

  it('with a suggestion and a fix where a name is nearly right', () => {
    const source = 'PROGRAM P VAR Motor : BOOL; END_VAR\n  Mtoor := TRUE;\nEND_PROGRAM';
    const [finding] = compile({
      name: 'p',
      documents: [{ name: 'p.st', content: source }],
      profile: defaultProfile,
    }).diagnostics;
    expect(finding).toMatchObject({ code: 'E2001', pou: 'P', line: 2, column: 3, endColumn: 8 });
    expect(finding!.message).toContain("Did you mean 'Motor'?");
    expect(finding!.fix).toEqual([{ line: 2, column: 3, endLine: 2, endColumn: 8, newText: 'Motor' }]);
  });

  it('and one wrong declaration does not make its uses wrong as well', () => {
    expect(
      errorsOf('PROGRAM P\nVAR a : Missing; b : INT; END_VAR\nb := a.x + a.y[3] * 2; a(IN := b); b := a; END_PROGRAM'),
    ).toEqual(['E2002@2']);
  });

  it('while the lenient profiles convert with a warning', () => {
    const source = program('a : INT; b : DINT; c : REAL; d : WORD;', 'a := b; c := b; d := a; a := c;');
    expect(errorsOf(source, 'codesys')).toEqual([]);
  });
});
