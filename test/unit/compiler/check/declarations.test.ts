import { errorsOf } from '../../../support/run-source.js';

describe('declarations are refused', () => {
  it.each([
    ['an unknown type', 'PROGRAM P\nVAR x : Intt; END_VAR END_PROGRAM', ['E2002@2']],
    ['a name twice, in other letters', 'PROGRAM P\nVAR x : INT;\nX : INT; END_VAR END_PROGRAM', ['E2003@3']],
    ['a POU twice', 'PROGRAM P END_PROGRAM\nFUNCTION_BLOCK p END_FUNCTION_BLOCK', ['E2003@2']],
    ['a constant without a value', 'PROGRAM P VAR CONSTANT\nc : INT; END_VAR END_PROGRAM', ['E2004@2']],
    [
      'a structure within itself',
      'TYPE\nA : STRUCT b : B; END_STRUCT;\nB : STRUCT c : ARRAY[0..1] OF A; END_STRUCT; END_TYPE PROGRAM P END_PROGRAM',
      ['E2005@2'],
    ],
    [
      'a block within itself through another',
      'FUNCTION_BLOCK\nA VAR b : B; END_VAR END_FUNCTION_BLOCK FUNCTION_BLOCK B VAR a : A; END_VAR END_FUNCTION_BLOCK',
      ['E2005@2'],
    ],
    ['an alias of itself', 'TYPE\nA : B; B : A; END_TYPE PROGRAM P VAR x : A; END_VAR END_PROGRAM', ['E2005@2']],
    [
      'bounds that are no constants',
      'PROGRAM P VAR n : INT;\na : ARRAY[0..n] OF INT; END_VAR END_PROGRAM',
      ['E2007@2'],
    ],
    ['bounds out of order', 'PROGRAM P\nVAR a : ARRAY[3..1] OF INT; END_VAR END_PROGRAM', ['E2008@2']],
    ['too large an array', 'PROGRAM P\nVAR a : ARRAY[0..2147483647] OF LREAL; END_VAR END_PROGRAM', ['E8101@2']],
    [
      'ten dimensions of a thousand',
      `PROGRAM P\nVAR a : ARRAY[${Array(10).fill('0..999').join(',')}] OF BYTE; END_VAR END_PROGRAM`,
      ['E8101@2'],
    ],
    [
      'more than the budget together',
      'PROGRAM\nP VAR a, b, c : ARRAY[0..29999999] OF BYTE; END_VAR END_PROGRAM',
      ['E8101@2'],
    ],
    ['a string that is too long', 'PROGRAM P\nVAR s : STRING[2147483648]; END_VAR END_PROGRAM', ['E8101@2']],
    [
      'an initial value that does not fit',
      "PROGRAM P VAR\na : SINT := 300;\nb : INT := 'x';\nc : BOOL := 2; END_VAR END_PROGRAM",
      ['E3003@2', 'E3001@3', 'E3001@4'],
    ],
    ['a list that is too long', 'PROGRAM P\nVAR a : ARRAY[0..1] OF INT := [1, 2, 3]; END_VAR END_PROGRAM', ['E2016@2']],
    [
      'an unknown member of an initial value',
      'TYPE S : STRUCT a : INT; END_STRUCT; END_TYPE PROGRAM P\nVAR s : S := (b := 1); END_VAR END_PROGRAM',
      ['E3007@2'],
    ],
    ['an external without its global', 'PROGRAM P\nVAR_EXTERNAL g : INT; END_VAR END_PROGRAM', ['E2017@2']],
    [
      'an external of another type',
      'VAR_GLOBAL g : INT; END_VAR PROGRAM P\nVAR_EXTERNAL g : DINT; END_VAR END_PROGRAM',
      ['E2017@2'],
    ],
    [
      'an external that is not CONSTANT like its global',
      'VAR_GLOBAL CONSTANT g : INT := 1; END_VAR PROGRAM P\nVAR_EXTERNAL g : INT; END_VAR END_PROGRAM',
      ['E2017@2'],
    ],
    ['a program as a variable', 'PROGRAM Q END_PROGRAM PROGRAM P\nVAR q : Q; END_VAR END_PROGRAM', ['E2010@2']],
    ['RETAIN that is NON_RETAIN', 'PROGRAM P\nVAR RETAIN NON_RETAIN x : INT; END_VAR END_PROGRAM', ['E2012@2']],
    [
      'CONSTANT that is NON_RETAIN',
      'PROGRAM P\nVAR CONSTANT NON_RETAIN x : INT := 1; END_VAR END_PROGRAM',
      ['E2012@2'],
    ],
    ['CONSTANT that is RETAIN', 'PROGRAM P\nVAR CONSTANT RETAIN x : INT := 1; END_VAR END_PROGRAM', ['E2012@2']],
    ['CONSTANT outputs', 'FUNCTION_BLOCK F\nVAR_OUTPUT CONSTANT x : INT := 1; END_VAR END_FUNCTION_BLOCK', ['E2012@2']],
    [
      'a method that is ABSTRACT and FINAL',
      'FUNCTION_BLOCK ABSTRACT F\nMETHOD ABSTRACT FINAL m END_METHOD END_FUNCTION_BLOCK',
      ['E5005@2'],
    ],
    ['RETAIN in a function', 'FUNCTION F : INT\nVAR RETAIN x : INT; END_VAR END_FUNCTION', ['E2012@2']],
    [
      'an unknown name as the default of an enumeration',
      'TYPE\nE : (a, b) := c; END_TYPE PROGRAM P END_PROGRAM',
      ['E2001@2'],
    ],
    [
      'a type with the name of a standard one',
      'TYPE\nINT : STRUCT a : DINT; END_STRUCT; END_TYPE PROGRAM P END_PROGRAM',
      ['E1110@2'],
    ],
    ['a type with the name of a compiler', 'TYPE\n__Own : DINT; END_TYPE PROGRAM P END_PROGRAM', ['E1110@2']],
    ['an enumeration of REAL', 'TYPE E :\nREAL (a := 1, b := 2); END_TYPE PROGRAM P END_PROGRAM', ['E2018@2']],
    [
      'an enumeration of an unknown type',
      'TYPE E :\nNoType (a := 1, b := 2); END_TYPE PROGRAM P END_PROGRAM',
      ['E2002@2'],
    ],
    ['an enumeration value twice', 'TYPE\nE : (a, b, A); END_TYPE PROGRAM P END_PROGRAM', ['E2018@2']],
    [
      'a constant defined by itself',
      'PROGRAM P VAR CONSTANT\na : INT := b; b : INT := a; END_VAR VAR x : ARRAY[0..a] OF INT; END_VAR END_PROGRAM',
      ['E2019@2'],
    ],
    ['ARRAY[*] as a variable', 'PROGRAM P\nVAR a : ARRAY[*] OF INT; END_VAR END_PROGRAM', ['E2020@2']],
    ['an address of another size', 'PROGRAM P\nVAR a AT %IW0 : BOOL; END_VAR END_PROGRAM', ['E7004@2']],
    ['an address twice', 'PROGRAM P VAR a AT %QX0.0 : BOOL;\nb AT %QX0.0 : BOOL; END_VAR END_PROGRAM', ['E7003@2']],
    ['an address beyond the area', 'PROGRAM P\nVAR a AT %QX99999.7 : BOOL; END_VAR END_PROGRAM', ['E7002@2']],
    [
      'an address within a function block',
      'FUNCTION_BLOCK F\nVAR a AT %QX0.0 : BOOL; END_VAR END_FUNCTION_BLOCK',
      ['E7007@2'],
    ],
    [
      'an instance of an abstract block',
      'FUNCTION_BLOCK ABSTRACT A METHOD ABSTRACT M END_METHOD END_FUNCTION_BLOCK PROGRAM P\nVAR a : A; END_VAR END_PROGRAM',
      ['E5005@2'],
    ],
    [
      'an abstract method without a body',
      'FUNCTION_BLOCK ABSTRACT A METHOD ABSTRACT M END_METHOD END_FUNCTION_BLOCK FUNCTION_BLOCK\nB EXTENDS A END_FUNCTION_BLOCK',
      ['E5005@2'],
    ],
    [
      'a missing method of an interface',
      'INTERFACE I METHOD M : INT END_METHOD END_INTERFACE FUNCTION_BLOCK\nB IMPLEMENTS I END_FUNCTION_BLOCK',
      ['E5004@2'],
    ],
    [
      'a method with another result than in the interface',
      'INTERFACE I METHOD M : INT END_METHOD END_INTERFACE FUNCTION_BLOCK B IMPLEMENTS I\nMETHOD M : REAL END_METHOD END_FUNCTION_BLOCK',
      ['E5004@2'],
    ],
    ['OVERRIDE of nothing', 'FUNCTION_BLOCK B\nMETHOD OVERRIDE M END_METHOD END_FUNCTION_BLOCK', ['E5006@2']],
    [
      'a FINAL method overridden',
      'FUNCTION_BLOCK A METHOD FINAL M END_METHOD END_FUNCTION_BLOCK FUNCTION_BLOCK B EXTENDS A\nMETHOD OVERRIDE M END_METHOD END_FUNCTION_BLOCK',
      ['E5002@2'],
    ],
    [
      'inheritance in a circle',
      'FUNCTION_BLOCK\nA EXTENDS B END_FUNCTION_BLOCK FUNCTION_BLOCK B EXTENDS A END_FUNCTION_BLOCK',
      ['E2005@2'],
    ],
    [
      'a variable of the base again',
      'FUNCTION_BLOCK A VAR x : INT; END_VAR END_FUNCTION_BLOCK FUNCTION_BLOCK B EXTENDS A\nVAR x : INT; END_VAR END_FUNCTION_BLOCK',
      ['E2003@2'],
    ],
  ])('for %s', (_, source, expected) => {
    expect(errorsOf(source)).toEqual(expected);
  });

  it('but names that mean something in JavaScript are names like any other', () => {
    const source =
      'TYPE constructor : STRUCT __proto__, toString : INT; END_STRUCT; END_TYPE PROGRAM hasOwnProperty VAR __proto__ : constructor; valueOf : INT; END_VAR __proto__.__proto__ := 1; valueOf := __proto__.toString; END_PROGRAM';
    expect(errorsOf(source)).toEqual([]);
  });
});
