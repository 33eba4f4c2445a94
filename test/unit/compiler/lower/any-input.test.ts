import { errorsOf, run } from '../../../support/run-source.js';

const program = (variables: string, body: string): string =>
  `PROGRAM Main VAR ${variables} END_VAR ${body} END_PROGRAM`;

const sizeOfAny = 'FUNCTION SizeOf : DINT VAR_INPUT x : ANY; END_VAR SizeOf := x.diSize; END_FUNCTION ';
const classOfAny = 'FUNCTION ClassOf : INT VAR_INPUT x : ANY; END_VAR ClassOf := TO_INT(x.TypeClass); END_FUNCTION ';

describe('an input of type ANY', () => {
  it('knows the size, class and address of what is passed', () => {
    const source = `${sizeOfAny}${classOfAny}
TYPE Color : (red, green); Pair : STRUCT a, b : INT; END_STRUCT; Few : INT(1..9); END_TYPE
${program(
  `i : INT; r : LREAL; s : STRING[20]; w : WSTRING[3]; a : ARRAY[1..3] OF REAL; c : Color; p : Pair; f : Few; t : TIME; q : POINTER TO INT;
   sizes : ARRAY[0..5] OF DINT; classes : ARRAY[0..9] OF INT;`,
  `sizes[0] := SizeOf(i); sizes[1] := SizeOf(r); sizes[2] := SizeOf(s); sizes[3] := SizeOf(w); sizes[4] := SizeOf(a); sizes[5] := SizeOf(p);
   classes[0] := ClassOf(i); classes[1] := ClassOf(r); classes[2] := ClassOf(s); classes[3] := ClassOf(w); classes[4] := ClassOf(a);
   classes[5] := ClassOf(c); classes[6] := ClassOf(p); classes[7] := ClassOf(f); classes[8] := ClassOf(t); classes[9] := ClassOf(q);`,
)}`;
    expect(run(source, ['Main.sizes', 'Main.classes'], { profile: 'codesys' })).toEqual([
      [2, 8, 21, 8, 12, 4],
      [7, 15, 16, 17, 26, 25, 28, 24, 18, 22],
    ]);
  });

  it('reaches the variable itself, and a copy of what is none', () => {
    const source = `
FUNCTION Raise : BOOL VAR_INPUT x : ANY_INT; END_VAR VAR p : POINTER TO INT; END_VAR
  Raise := x.TypeClass = __SYSTEM.TYPE_CLASS.TYPE_INT;
  IF Raise THEN p := x.pValue; p^ := p^ + 1; END_IF;
END_FUNCTION
FUNCTION First : BYTE VAR_INPUT x : ANY; END_VAR First := x.pValue[0]; END_FUNCTION
${program('i : INT := 4; d : DINT; ok, no : BOOL; a, b, c : BYTE; bit AT %MX3.2 : BOOL := TRUE;', "ok := Raise(i); no := Raise(x := d); a := First(i + 60); b := First('Z'); c := First(bit);")}`;
    expect(run(source, ['Main.i', 'Main.ok', 'Main.no', 'Main.a', 'Main.b', 'Main.c'], { profile: 'twincat' })).toEqual(
      [5, true, false, 65, 90, 1],
    );
  });

  it('is passed on, also through blocks, methods and their bases', () => {
    const source = `${sizeOfAny}
FUNCTION Pass : DINT VAR_INPUT y : ANY; END_VAR Pass := SizeOf(y); END_FUNCTION
FUNCTION_BLOCK Compare VAR_INPUT a, b : ANY; END_VAR VAR_OUTPUT same : BOOL; END_VAR VAR i : DINT; END_VAR
  same := a.TypeClass = b.TypeClass AND a.diSize = b.diSize;
  FOR i := 0 TO a.diSize - 1 DO IF a.pValue[i] <> b.pValue[i] THEN same := FALSE; END_IF; END_FOR;
END_FUNCTION_BLOCK
FUNCTION_BLOCK Suite VAR cmp : Compare; END_VAR
  METHOD Equal : BOOL VAR_INPUT a : ANY; b : ANY; END_VAR cmp(a := a, b := b, same => Equal); END_METHOD
END_FUNCTION_BLOCK
FUNCTION_BLOCK Tests EXTENDS Suite METHOD Go : BOOL VAR x, y : LREAL; END_VAR x := 1.5; y := 1.5; Go := Equal(x, b := y); END_METHOD END_FUNCTION_BLOCK
${program('s : STRING[9]; n : DINT; t : Tests; r1, r2, r3 : BOOL; i : INT := 3; w : WORD := 3;', 'n := Pass(s); r1 := t.Go(); r2 := t.Equal(i, w); r3 := t.Equal(i, INT#3);')}`;
    expect(run(source, ['Main.n', 'Main.r1', 'Main.r2', 'Main.r3'], { profile: 'twincat' })).toEqual([
      10,
      true,
      false,
      true,
    ]);
  });

  it('names what its generic type does not stand for, and other variables of such a type', () => {
    const whole = 'FUNCTION f : BOOL VAR_INPUT x : ANY_INT; END_VAR f := x.diSize > 1; END_FUNCTION ';
    expect(errorsOf(whole + program('r : REAL; b : BOOL;', 'b := f(r);'))).toEqual(['E3001@1']);
    expect(errorsOf(whole + program('s : STRING; b : BOOL;', 'b := f(s);'))).toEqual(['E3001@1']);
    expect(errorsOf(program('x : ANY;', ';'))).toEqual(['E9201@1']);
    expect(errorsOf('FUNCTION f : ANY VAR_INPUT x : INT; END_VAR END_FUNCTION')).toEqual(['E9201@1']);
    expect(errorsOf(`${sizeOfAny}${program('n : DINT;', 'n := SizeOf(nowhere);')}`)).toEqual(['E2001@1']);
  });
});
