import { compile } from '../../../server/src/compiler/compile.js';
import { findProfile } from '../../../server/src/compiler/profile.js';
import { errorsOf, run } from '../../support/run-source.js';

const codesOf = (content: string | Uint8Array, profile = 'codesys', name = 'main.st'): string[] =>
  compile({ name: 'test', documents: [{ name, content }], profile: findProfile(profile)! }).diagnostics.map(
    (d) => d.code,
  );

describe('text as vendors write it', () => {
  it('is read as Windows-1252 where it is no UTF-8', () => {
    const bytes = Buffer.from("PROGRAM Main VAR s : STRING; n : INT; END_VAR\n(* gr\u00f6\u00dfer *) s := 'M\u00e4rz'; n := LEN(s);\nEND_PROGRAM\n", 'latin1');
    expect(codesOf(bytes)).toEqual(['W0016']);
    expect(codesOf(Buffer.concat([bytes, Buffer.from([0xff, 0])]))).toEqual(['E0005']);
  }); // prettier-ignore

  it('may have parts of an export behind the program, which are left out', () => {
    const program = 'PROGRAM Main VAR x : INT; END_VAR x := 1; END_PROGRAM\n';
    const parts = 'LIBRARY\nStandard.lib 4.10.05 11:14:46\nNumOfPOUs: 21\nEND_LIBRARY\n_ALARMCONFIG\n_NEXT : 10002\n_END_ALARMCONFIG\n';
    expect(codesOf(program + parts + program.replace('Main', 'Other'))).toEqual(['W1002', 'W1002']);
    expect(errorsOf(`${program}LIBRARY\nwithout its end\n`)).toEqual(['E1114@2']);
  }); // prettier-ignore

  it('may end a unit with the word of another, and leave out the semicolon before an end on the same line', () => {
    const source = 'FUNCTION Twice : INT VAR_INPUT x : INT END_VAR Twice := 2 * x END_PROGRAM PROGRAM Main VAR a : INT; END_VAR a := Twice(4); END_PROGRAM';
    expect(codesOf(source)).toEqual(['W1013', 'W1013', 'W1014']);
    expect(run(source, ['Main.a'])).toEqual([8]);
    expect(errorsOf('PROGRAM Main VAR a : INT\nEND_VAR a := 1\nEND_PROGRAM')).toEqual(['E1102@1', 'E1102@2']);
  }); // prettier-ignore

  it('is not warned of END_IF without a semicolon, nor of FB_init without a result, where the product takes both', () => {
    const source = 'FUNCTION_BLOCK B VAR n : INT; END_VAR METHOD FB_init : BOOL VAR_INPUT bInitRetains, bInCopyCode : BOOL; END_VAR n := 1; END_METHOD END_FUNCTION_BLOCK PROGRAM Main VAR b : B; x : INT; END_VAR b(); IF b.n > 0 THEN x := 1; END_IF\nEND_PROGRAM';
    expect(codesOf(source, 'twincat')).toEqual([]);
    expect(codesOf(source, 'iec')).toContain('W1001');
  }); // prettier-ignore

  it('names a block by a word that can be a qualifier', () => {
    expect(run('FUNCTION_BLOCK Internal VAR x : INT; END_VAR x := x + 1; END_FUNCTION_BLOCK PROGRAM Main VAR i : Internal; END_VAR i(); END_PROGRAM', ['Main.i.x'])).toEqual([1]);
  }); // prettier-ignore
});

describe('attributes', () => {
  it.each([
    [
      "{attribute 'call_after_init'}\nFUNCTION_BLOCK B\n{attribute 'call_after_init'}\nMETHOD M : INT M := 1; END_METHOD END_FUNCTION_BLOCK",
      [1, 3],
    ],
    ["PROGRAM P VAR\n{attribute 'instance-path'}\n{attribute 'noinit'}\ns : STRING; END_VAR ; END_PROGRAM", [2, 3]],
    [
      "PROGRAM P VAR\n{attribute 'no_init'} {attribute 'init_on_onlchange' := ''} n : INT; END_VAR ; END_PROGRAM",
      [2, 2],
    ],
  ])('that would change the program and are not carried out are named: %#', (content, lines) => {
    const profile = findProfile('codesys')!;
    const { diagnostics } = compile({ name: 'test', documents: [{ name: 'main.st', content }], profile });
    expect(diagnostics.map(({ code, line }) => [code, line])).toEqual(lines.map((line) => ['W9107', line]));
  });

  it('that are hints are not', () => {
    expect(codesOf("PROGRAM P VAR {attribute 'hide'} {attribute 'symbol' := 'read'} n : INT; END_VAR ; END_PROGRAM")).toEqual([]);
  }); // prettier-ignore
});

describe('attributes of types', () => {
  it('pack a structure', () => {
    const source = (
      attribute: string,
    ): string => `${attribute} TYPE S : STRUCT a : BYTE; b : DINT; c : INT; END_STRUCT; END_TYPE
TYPE U : UNION s : S; r : ARRAY[0..11] OF BYTE; END_UNION; END_TYPE
PROGRAM Main VAR u : U; size : UDINT; END_VAR u.r[1] := 5; size := SIZEOF(S); END_PROGRAM`;
    const paths = ['Main.size', 'Main.u.s.b'];
    expect(run(source("{attribute 'pack_mode' := '1'}"), paths, { profile: 'twincat' })).toEqual([7, 5]);
    expect(run(source("{attribute 'pack_mode' := '2'}"), paths, { profile: 'twincat' })).toEqual([8, 0]);
    expect(run(source(''), paths, { profile: 'twincat' })).toEqual([12, 0]);
  });

  it('give the names of an enumeration as text', () => {
    const source = (attribute: string): string =>
      `${attribute} TYPE E : (Idle := 5, Going) UINT; END_TYPE PROGRAM Main VAR e : E := E.Going; t, u : STRING; END_VAR t := TO_STRING(e); u := CONCAT('is ', TO_STRING(E.Idle)); END_PROGRAM`;
    expect(run(source("{attribute 'to_string'}"), ['Main.t', 'Main.u'], { profile: 'twincat' })).toEqual(['Going', 'is Idle']);
    expect(run(source(''), ['Main.t', 'Main.u'], { profile: 'twincat' })).toEqual(['6', 'is 5']);
  }); // prettier-ignore
});

it('REF= binds a REF_TO, too', () => {
  expect(run('PROGRAM Main VAR r : REF_TO INT; x : INT; END_VAR r REF= x; r^ := 4; END_PROGRAM', ['Main.x'])).toEqual([4]);
}); // prettier-ignore

it('names of CODESYS for the own POU, for integers as wide as an address, and for the base of interfaces', () => {
  const source = `INTERFACE I EXTENDS __SYSTEM.IQueryInterface METHOD M : STRING END_METHOD END_INTERFACE
FUNCTION_BLOCK FB IMPLEMENTS I METHOD M : STRING M := __POUNAME(); END_METHOD END_FUNCTION_BLOCK
PROGRAM Main VAR f : FB; s, t : STRING; x : XINT; i, j : I; ok : BOOL; END_VAR
  s := __POUNAME(); t := f.M(); x := 5; i := f; ok := __QUERYINTERFACE(i, j); END_PROGRAM`;
  const paths = ['Main.s', 'Main.t', 'Main.x', 'Main.ok'];
  expect(run(source, paths, { profile: 'twincat' })).toEqual(['Main', 'FB.M', 5, true]);
});
