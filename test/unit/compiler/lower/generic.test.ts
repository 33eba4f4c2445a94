import { errorsOf, run } from '../../../support/run-source.js';

const program = (variables: string, body: string): string =>
  `PROGRAM Main VAR ${variables} END_VAR ${body} END_PROGRAM`;

describe('a function with type parameters', () => {
  it('is the function for the types of its arguments where somebody has written that', () => {
    const source = `
FUNCTION Twice<T : ANY_NUM> : T VAR_INPUT v : T; END_VAR END_FUNCTION
FUNCTION Twice__INT : INT VAR_INPUT v : INT; END_VAR Twice__INT := v * 2; END_FUNCTION
FUNCTION Twice__REAL : REAL VAR_INPUT v : REAL; END_VAR Twice__REAL := v * 2.5; END_FUNCTION
${program('a : INT; b : REAL;', 'a := Twice(INT#100); b := Twice(2.0);')}`;
    expect(run(source, ['Main.a', 'Main.b'])).toEqual([200, 5]);
  });

  it('is its own body with the types put in, arrays and inner calls included', () => {
    const source = `
FUNCTION Larger<T : ANY_NUM> : T VAR_INPUT x, y : T; END_VAR VAR kept : ARRAY[0..1] OF T; END_VAR
  kept[0] := x; IF kept[0] > y THEN Larger := x; ELSE Larger := y; END_IF; END_FUNCTION
FUNCTION Largest<T : ANY_NUM> : T VAR_INPUT x, y, z : T; END_VAR Largest := Larger(Larger(x, y), z); END_FUNCTION
FUNCTION Both<T : ANY_INT, U : ANY_REAL> : U VAR_INPUT v : T; w : U; END_VAR IF v > 1 THEN Both := w; END_IF; END_FUNCTION
FUNCTION Again<T : ANY_STRING> : T VAR_INPUT v : T; END_VAR Again := CONCAT(v, v); END_FUNCTION
${program('a : INT; b : LREAL; c : DINT; d : REAL; s : STRING; i : INT := 9;', "a := Largest(i, 3, 11); b := Larger(y := LREAL#1.5, x := 2.5); c := Larger(7, DINT#3); d := Both(i, REAL#4.0); s := Again('ab');")}`;
    expect(run(source, ['Main.a', 'Main.b', 'Main.c', 'Main.d', 'Main.s'])).toEqual([11, 2.5, 7, 4, 'abab']);
  });

  it('of ANY takes structures, enumerations and instances, too', () => {
    const source = `TYPE POINT : STRUCT x : INT; END_STRUCT; LIGHT : (RED, GREEN); END_TYPE
FUNCTION_BLOCK COUNT VAR n : LINT; END_VAR END_FUNCTION_BLOCK
FUNCTION Width<T : ANY> : UDINT VAR_IN_OUT v : T; END_VAR Width := SIZEOF(v); END_FUNCTION
FUNCTION Same<T : ANY_DERIVED> : T VAR_INPUT v, w : T; END_VAR Same := v; END_FUNCTION
${program('p, q : POINT := (x := 4); l : LIGHT; c : COUNT; a, b, d : UDINT;', 'a := Width(p); b := Width(c); d := Width(a); q := Same(p, p); l := Same(GREEN, RED);')}`;
    expect(run(source, ['Main.a', 'Main.b', 'Main.d', 'Main.q.x', 'Main.l'])).toEqual([2, 8, 4, 4, 1]);
    expect(errorsOf(source.replace('Same(p, p)', 'Same(p, l)'))).toEqual(['E4016@5']);
    expect(errorsOf(source.replace('Same(p, p)', 'Same(p, 1)'))).toEqual(['E4016@5']);
  });

  it('is refused with what is missing, or does not fit', () => {
    const bare = 'FUNCTION f<T : ANY_NUM> : T VAR_INPUT v : T; END_VAR END_FUNCTION ';
    const whole = 'FUNCTION f<T : ANY_INT> : T VAR_INPUT v : T; END_VAR f := v; END_FUNCTION ';
    expect(errorsOf(bare + program('a : INT;', 'a := f(a);'))).toEqual([]);
    expect(errorsOf(whole + program('a : STRING;', 'a := f(a);'))).toEqual(['E4016@1']);
    expect(errorsOf(whole + program('a : INT;', 'a := f();'))).toEqual(['E4016@1']);
    expect(errorsOf('FUNCTION_BLOCK B<T : ANY> END_FUNCTION_BLOCK')).toEqual(['E9102@1']);
  });
});
