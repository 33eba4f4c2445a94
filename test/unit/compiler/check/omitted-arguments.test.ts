import { errorsOf } from '../../../support/run-source.js';

const source = `FUNCTION F : INT VAR_INPUT x, y : INT; END_VAR F := x + y; END_FUNCTION
FUNCTION G : INT VAR_INPUT x : INT := 1; y : INT; END_VAR G := x + y; END_FUNCTION
PROGRAM Q VAR_INPUT v : INT; END_VAR VAR_IN_OUT io : INT; END_VAR io := v; END_PROGRAM
PROGRAM P VAR i : INT; END_VAR
i := F();
i := F(x := 1);
i := F(1);
i := G(y := 1);
i := G(x := 1);
i := F(x := 1, y := 2) + F(1, 2);
Q();
Q(v := 1);
Q(v := 1, io := i);
END_PROGRAM`;

describe('arguments that a call leaves out', () => {
  it.each(['codesys', 'twincat'])('are missing where nothing says their value, in the profile %s', (profile) => {
    expect(errorsOf(source, profile)).toEqual([
      ...['E4004@5', 'E4004@6', 'E4004@7', 'E4004@9'],
      // The VAR_IN_OUT of a program.
      ...['E4004@11', 'E4004@12'],
    ]);
  });

  it('have their initial values in the standard, except in a call without names; a configuration connects programs', () => {
    expect(errorsOf(source)).toEqual(['E4004@7']);
  });
});
