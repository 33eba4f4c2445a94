import { errorsOf } from '../../../support/run-source.js';

const all = ['iec', 'codesys', 'twincat'];

it('two configurations with one name are refused', () => {
  const one = (name: string): string =>
    `CONFIGURATION ${name} RESOURCE r ON PLC TASK t(INTERVAL := T#1s, PRIORITY := 1); PROGRAM p1 WITH t : P; END_RESOURCE END_CONFIGURATION`;
  expect(errorsOf(`PROGRAM P END_PROGRAM ${one('A')}\n${one('a')}`)).toContain('E2003@2');
});

describe('references in the standard', () => {
  const main = (statement: string): string =>
    `PROGRAM P VAR a, b : REF_TO INT; i : INT; u : UDINT; x : BOOL; END_VAR\n${statement}; END_PROGRAM`;

  it.each(['x := a < b', 'x := a >= NULL', 'a := REF(i) + 1', 'a := a - 2', 'x := a = i', 'x := u <> a'])(
    'are not ordered, reckoned with or compared with numbers: %s',
    (statement) => {
      expect(errorsOf(main(statement))).toEqual(['E3002@2']);
    },
  );

  it.each(['x := a = b', 'x := a <> NULL', 'a := REF(i)', 'x := a^ < b^', 'i := a^ + 1'])(
    'are compared and followed: %s',
    (statement) => {
      expect(errorsOf(main(statement))).toEqual([]);
    },
  );

  it('are not taken of what is gone after the call', () => {
    const source = `FUNCTION F : INT VAR_INPUT i : INT; END_VAR VAR r : REF_TO INT; END_VAR
      r := REF(i); F := r^; END_FUNCTION
      FUNCTION_BLOCK B VAR_INPUT i : INT; END_VAR VAR_TEMP t : INT; END_VAR VAR r : REF_TO INT; END_VAR r := REF(i);
      r := REF(t); END_FUNCTION_BLOCK PROGRAM P END_PROGRAM`;
    expect(errorsOf(source)).toEqual(['E4006@2', 'E4006@4']);
    expect(errorsOf(source, 'codesys')).toEqual([]);
  });
});

describe('what has to be constant', () => {
  const source = `VAR_GLOBAL CONSTANT k : INT := 3; ok : ARRAY[1..2] OF INT := [k, k + 1]; root : REAL := SQRT(2.0); END_VAR
    VAR_GLOBAL g : INT; END_VAR FUNCTION F : INT F := 1; END_FUNCTION
    VAR_GLOBAL CONSTANT arr : ARRAY[1..2] OF INT := [F(), 2]; END_VAR
    VAR_GLOBAL CONSTANT s : INT := g + 1; END_VAR
    FUNCTION_BLOCK B VAR_INPUT n : INT := g + 4; END_VAR
    VAR m : INT := g + 4; c : INT := F(); END_VAR END_FUNCTION_BLOCK
    PROGRAM P VAR b : B; END_VAR END_PROGRAM`;
  it.each(all)('depends on no variable and on no function of the program, in the profile %s', (profile) => {
    expect(errorsOf(source, profile)).toEqual(['E2007@3', 'E2007@4', 'E2007@5']);
  });
});

it('a literal with a signed type has no bits beyond its numbers in the standard', () => {
  const main = (value: string): string => `PROGRAM P VAR i : INT := ${value}; END_VAR END_PROGRAM`;
  expect(errorsOf(main('INT#16#FFFF'))).toEqual(['E3003@1']);
  expect(errorsOf(main('INT#16#7FFF'))).toEqual([]);
  expect(errorsOf(main('INT#16#FFFF'), 'codesys')).toEqual([]);
});
