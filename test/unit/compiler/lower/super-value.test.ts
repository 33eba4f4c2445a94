import { errorsOf, run } from '../../../support/run-source.js';

const base = `FUNCTION_BLOCK Base VAR n : INT := 3; END_VAR
METHOD PUBLIC M : INT M := n; END_METHOD
n := n + 1;
END_FUNCTION_BLOCK
FUNCTION OfPointer : INT VAR_INPUT b : POINTER TO Base; END_VAR OfPointer := b^.M(); END_FUNCTION
FUNCTION OfCopy : INT VAR_INPUT b : Base; END_VAR OfCopy := b.M(); END_FUNCTION
FUNCTION OfVariable : INT VAR_IN_OUT b : Base; END_VAR OfVariable := b.M(); END_FUNCTION
`;
const derived = (variables: string, body: string): string => `${base}FUNCTION_BLOCK Derived EXTENDS Base
VAR q : POINTER TO Base; r : REFERENCE TO Base; copy : Base; v : INT; same : BOOL; ${variables} END_VAR
METHOD PUBLIC M : INT M := SUPER^.M() * 10; END_METHOD
${body}
END_FUNCTION_BLOCK
PROGRAM Main VAR d : Derived; END_VAR d(); END_PROGRAM`;

describe('SUPER', () => {
  it.each([
    ['calls the body of the base', 'SUPER^(); v := n;', 4],
    ['calls methods of the base', 'v := SUPER^.M();', 3],
    ['is an address of the instance, whose methods are its own', 'q := SUPER; v := q^.M();', 30],
    ['has the address that ADR gives', 'q := ADR(SUPER^); v := q^.M();', 30],
    ['can be referred to', 'r REF= SUPER^; v := r.M();', 30],
    ['is passed as a pointer', 'v := OfPointer(SUPER);', 30],
    ['is passed as a variable', 'v := OfVariable(SUPER^);', 30],
    ['is a value of the type of the base, also where it is copied', 'copy := SUPER^; v := copy.M();', 3],
    ['is a copy in a parameter', 'v := OfCopy(SUPER^);', 3],
    ['is THIS as far as a pointer can tell', 'q := THIS; same := q = SUPER AND THIS = q; v := SEL(same, 0, 1);', 1],
  ])('%s', (_what, body, expected) => {
    for (const profile of ['codesys', 'twincat'])
      expect(run(derived('', body), ['Main.d.v'], { profile })).toEqual([expected]);
  });

  it('is an object without ^ in the standard', () => {
    const source = `${base.slice(0, base.indexOf('FUNCTION OfPointer'))}FUNCTION_BLOCK Derived EXTENDS Base
VAR q : REF_TO Base; copy : Base; v : INT; END_VAR
SUPER(); q := REF(SUPER); copy := SUPER; v := SUPER.M() + copy.M() * 10 + q^.M() * 100;
END_FUNCTION_BLOCK
PROGRAM Main VAR d : Derived; END_VAR d(); END_PROGRAM`;
    expect(run(source, ['Main.d.v'])).toEqual([444]);
  });

  it('is no value of another type', () => {
    expect(errorsOf(derived('', 'v := SUPER;'), 'codesys')).toEqual(['E3001@11']);
    expect(errorsOf(derived('', 'copy := THIS^;'), 'codesys')).toEqual(['E3001@11']);
    expect(errorsOf(derived('p : POINTER TO Derived;', 'p := SUPER;'), 'codesys')).toEqual(['E3001@11']);
  });
});

describe('an instance that is assigned', () => {
  it('stays of its own type, whatever the other one is', () => {
    const source = derived('', 'q := THIS; copy := q^; v := copy.M(); q := ADR(copy); v := v + q^.M();');
    expect(run(source, ['Main.d.v'], { profile: 'codesys' })).toEqual([6]);
  });
});
