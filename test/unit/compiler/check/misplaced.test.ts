import { errorsOf } from '../../../support/run-source.js';

describe('what the products refuse in declarations', () => {
  const inFunction = (variable: string): string =>
    `FUNCTION F : INT VAR\n${variable}; END_VAR F := 1; END_FUNCTION PROGRAM P END_PROGRAM`;
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    ['two access specifiers', 'FUNCTION_BLOCK F\nMETHOD PUBLIC PRIVATE m END_METHOD END_FUNCTION_BLOCK', ['E1101@2']],
    [
      'statements of an ABSTRACT method',
      'FUNCTION_BLOCK ABSTRACT F METHOD ABSTRACT m : INT\nm := 1; END_METHOD END_FUNCTION_BLOCK',
      ['E5005@2'],
    ],
    ['variables of an interface', 'INTERFACE I\nVAR x : INT; END_VAR METHOD m END_METHOD END_INTERFACE', ['E2011@2']],
    [
      'statements in an interface',
      'INTERFACE I METHOD m VAR_INPUT a : INT; END_VAR\na := 1; END_METHOD END_INTERFACE',
      ['E2015@2'],
    ],
    [
      'a method that is less accessible than in the base',
      'FUNCTION_BLOCK F METHOD PUBLIC m END_METHOD END_FUNCTION_BLOCK FUNCTION_BLOCK G EXTENDS F\nMETHOD PRIVATE m END_METHOD END_FUNCTION_BLOCK',
      ['E5006@2'],
    ],
    ['globals in a block', 'FUNCTION_BLOCK F\nVAR_GLOBAL g : INT; END_VAR END_FUNCTION_BLOCK', ['E2011@2']],
    ['VAR_INST in a function', 'FUNCTION F : INT\nVAR_INST g : INT; END_VAR F := 1; END_FUNCTION', ['E2011@2']],
    ['a reference to a reference', inFunction('r : REFERENCE TO REFERENCE TO INT'), ['E2010@2']],
    ['a pointer to BIT', inFunction('p : POINTER TO BIT'), ['E2010@2']],
    ['an array of BIT', inFunction('a : ARRAY[0..3] OF BIT'), ['E2010@2']],
  ];
  it.each(rows)('%s', (_, source, expected) => {
    const whole = source.includes('PROGRAM') ? source : `${source} PROGRAM P END_PROGRAM`;
    for (const profile of ['iec', 'codesys', 'twincat'])
      expect([profile, errorsOf(whole, profile)]).toEqual([profile, expected]);
  });

  it('and none of their neighbours', () => {
    const source = `INTERFACE I METHOD m : INT VAR_INPUT a : INT; END_VAR END_METHOD PROPERTY q : INT GET END_GET END_PROPERTY END_INTERFACE
      FUNCTION_BLOCK ABSTRACT F METHOD ABSTRACT m : INT END_METHOD METHOD PROTECTED n VAR_INST k : INT; END_VAR END_METHOD END_FUNCTION_BLOCK
      FUNCTION_BLOCK G EXTENDS F METHOD m : INT m := 1; END_METHOD METHOD PUBLIC n END_METHOD END_FUNCTION_BLOCK
      TYPE S : STRUCT b : BIT; p : POINTER TO REFERENCE TO INT; END_STRUCT; END_TYPE PROGRAM P END_PROGRAM`;
    expect(errorsOf(source, 'codesys')).toEqual([]);
  });
});
