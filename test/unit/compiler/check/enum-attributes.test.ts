import { errorsOf } from '../../../support/run-source.js';

const source = (statement: string): string => `{attribute 'qualified_only'}
{attribute 'strict'}
TYPE E : (a, b, c) := b; END_TYPE
TYPE G : (c, d); END_TYPE
PROGRAM P VAR e1 : E; e2 : E := E.c; i : INT; g1 : G; k : BOOL; END_VAR VAR CONSTANT one : INT := 1; END_VAR
${statement}; END_PROGRAM`;

describe('attributes of enumerations, in codesys and twincat', () => {
  it.each([
    ['a bare name of qualified_only', 'e1 := a', 'E2013@6'],
    ['a bare name as a label', 'CASE e1 OF b: i := 1; END_CASE', 'E2013@6'],
    ['a variable of another type for strict', 'e1 := i', 'E3001@6'],
    ['arithmetic on strict', 'e1 := e1 + 1', 'E3002@6'],
    ['a number that is no value', 'e1 := 7', 'E3001@6'],
  ])('refuse %s', (_, statement, expected) => {
    for (const profile of ['codesys', 'twincat']) expect(errorsOf(source(statement), profile)).toEqual([expected]);
  });

  it.each([
    ['qualified names', 'e1 := E.a; e1 := E#b; k := e1 = E.a; CASE e1 OF E.a: i := 1; END_CASE'],
    ['constants that are values', 'e1 := one; e1 := 1'],
    ['the value as a number', 'i := e1'],
    ['the name that another enumeration has too', 'g1 := c'],
    ['enumerations without attributes', 'g1 := d; g1 := i'],
  ])('leave %s', (_, statement) => {
    expect(errorsOf(source(statement), 'codesys')).toEqual([]);
  });

  it('mean nothing in the standard', () => {
    expect(errorsOf(source('e1 := a; e1 := i'))).toEqual([]);
  });
});
