import { errorsOf, run } from '../../../support/run-source.js';

const units = `TYPE MODE : STRUCT m : (MANUAL, AUTO) := AUTO; END_STRUCT; END_TYPE
FUNCTION_BLOCK MOTOR VAR_INPUT cmd : (HALT, FWD, REV); END_VAR VAR_OUTPUT speed : INT; END_VAR
  CASE cmd OF HALT: speed := 0; FWD: speed := 50; REV: speed := -50; END_CASE; END_FUNCTION_BLOCK
FUNCTION PICK : INT VAR_INPUT sel : (FIRST, SECOND); END_VAR IF sel = SECOND THEN PICK := 2; ELSE PICK := 1; END_IF; END_FUNCTION
`;

describe('a name of a value of an anonymous enumeration', () => {
  it('means the value that an input, a member or a comparison wants, where it is declared elsewhere', () => {
    const source = `${units}PROGRAM Main VAR m : MOTOR; s : MODE; a, b, c : INT; END_VAR
      m(cmd := REV); a := m.speed; m.cmd := FWD; m(); b := PICK(sel := SECOND) + PICK(FIRST);
      IF s.m = AUTO THEN c := 7; END_IF; s.m := MANUAL; CASE m.cmd OF FWD: c := c + 1; END_CASE; END_PROGRAM`;
    expect(run(source, ['Main.a', 'Main.b', 'Main.c', 'Main.s.m'])).toEqual([-50, 3, 8, 0]);
  });

  it('is a variable first, and nothing where no enumeration is wanted', () => {
    const main = (body: string): string =>
      `${units}PROGRAM Main VAR m : MOTOR; REV : INT; a : INT; END_VAR\n${body} END_PROGRAM`;
    expect(errorsOf(main('a := REV;'))).toEqual([]);
    expect(errorsOf(main('a := FWD;'))).toEqual(['E2001@6']);
    expect(errorsOf(main('m.cmd := SECOND;'))).toEqual(['E2001@6']);
  });
});
