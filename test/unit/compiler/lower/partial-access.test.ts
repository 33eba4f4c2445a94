import { errorsOf, start } from '../../../support/run-source.js';

describe('partial access by a variable', () => {
  const source = `PROGRAM P VAR n : INT := 2; two : USINT := 2; one : UDINT := 1; b : BOOL; y : BYTE; w : WORD; d : DWORD;
      v : DWORD := 16#AABBCCDD; l : LWORD := 16#1122334455667788; s : INT; END_VAR
    b := v.%Xn; y := v.%Bn; w := v.%Wone; d := l.%Done;
    v.%Xtwo := FALSE; l.%Xn := TRUE; l.%B1 := 0; s.%Xn := TRUE; s.%Bone := 16#FF;
    END_PROGRAM`;

  it.each(['iec', 'codesys'])('reads and writes bits, bytes and words in the profile %s', (profile) => {
    const running = start(source, profile);
    expect(running.scan()).toBeUndefined();
    const of = (name: string) => running.get(`P.${name}`);
    expect(['b', 'y', 'w', 'd', 'v', 's'].map(of)).toEqual([true, 0xbb, 0xaabb, 0x11223344, 0xaabbccd9, -252]);
  });

  it('chains, with numbers and variables, on both sides', () => {
    const running = start(`PROGRAM P VAR n : INT := 3; l : LWORD; d : DWORD; b, c : BOOL; END_VAR
      l.%D1.%W1.%B1.%Xn := TRUE; b := l.%D1.%W1.%B1.%Xn; c := l.%D1.%W1.%B1.2;
      d.%W1.%B1.1 := TRUE; d.%W1.%B0 := 16#F0; END_PROGRAM`);
    expect(running.scan()).toBeUndefined();
    expect(running.get('P.b')).toBe(true);
    expect(running.get('P.c')).toBe(false);
    expect(running.get('P.l')).toBe(Number(1n << 59n));
    expect(running.get('P.d')).toBe(0x02f00000);
  });

  it('faults where the variable is outside, as an array does', () => {
    const array = start('PROGRAM P VAR n : INT := 32; a : ARRAY[0..31] OF INT; END_VAR a[n] := 1; END_PROGRAM');
    const part = start('PROGRAM P VAR n : INT := 32; v : DWORD; END_VAR v.%Xn := TRUE; END_PROGRAM');
    expect(part.scan()).toBe(array.scan());
    expect(part.get('P.v')).toBe(0);
  });

  it('is checked when it is compiled where the variable is a constant', () => {
    const program = (index: number): string =>
      `PROGRAM P VAR CONSTANT k : INT := ${index}; END_VAR VAR w : WORD; b : BYTE; END_VAR b := w.%Bk; END_PROGRAM`;
    expect(errorsOf(program(1))).toEqual([]);
    expect(errorsOf(program(2))).toEqual(['E3008@1']);
  });

  it.each([
    ['is not declared', 'w.%Xm := TRUE', 'E2001@1'],
    ['is no integer', 'w.%Xr := TRUE', 'E3005@1'],
  ])('is refused where the variable %s', (_, statement, expected) => {
    expect(errorsOf(`PROGRAM P VAR w : WORD; r : REAL; END_VAR ${statement}; END_PROGRAM`)).toEqual([expected]);
  });

  it('passes through VAR_IN_OUT with the index that the call began with', () => {
    const running = start(`VAR_GLOBAL n : INT := 1; END_VAR
      FUNCTION F : INT VAR_IN_OUT b : BOOL; END_VAR VAR_EXTERNAL n : INT; END_VAR n := 5; b := TRUE; F := 1; END_FUNCTION
      PROGRAM P VAR w : WORD; i : INT; END_VAR VAR_EXTERNAL n : INT; END_VAR i := F(w.%Xn); END_PROGRAM`);
    expect(running.scan()).toBeUndefined();
    expect(running.get('P.w')).toBe(2);
  });
});
