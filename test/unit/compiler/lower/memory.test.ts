import { imageOf, run, start } from '../../../support/run-source.js';

describe('variables in memory', () => {
  it.each([
    [
      'initial values at every level',
      `TYPE T : INT := 7; END_TYPE
       TYPE P : STRUCT a : T; b : INT := 2; c : ARRAY[0..2] OF T; END_STRUCT; END_TYPE
       TYPE E : (One := 1, Two, Ten := 10, Eleven) := Two; END_TYPE
       FUNCTION_BLOCK F VAR_INPUT x : INT := 3; END_VAR VAR p : P := (b := 9, c := [1, 2(5)]); END_VAR END_FUNCTION_BLOCK
       PROGRAM Main VAR p : P; q : P := (a := 1); a : ARRAY[1..2] OF P := [(b := 4)]; f : F := (x := 8); g : ARRAY[0..1] OF F; e : E; z : E := Eleven;
         m : ARRAY[0..1, 0..2] OF INT := [[1, 2, 3], [4, 5, 6]]; n : ARRAY[0..1, 0..2] OF INT := [2(7), 3()]; END_VAR END_PROGRAM`,
      {
        'p.a': 7,
        'p.b': 2,
        'p.c[2]': 7,
        'q.a': 1,
        'q.b': 2,
        'a[1].b': 4,
        'a[1].a': 7,
        'a[2].b': 2,
        'f.x': 8,
        'f.p.b': 9,
        'f.p.c[2]': 5,
        'g[1].x': 3,
        'g[1].p.c[0]': 1,
        e: 2,
        z: 11,
        'm[1,0]': 4,
        'n[0,1]': 7,
        'n[1,1]': 0,
      },
    ],
    [
      'initial values that are computed',
      `FUNCTION Sq : INT VAR_INPUT x : INT; END_VAR Sq := x * x; END_FUNCTION
       FUNCTION_BLOCK F VAR a : INT := 3; b : INT := a + 1; p : POINTER TO INT := ADR(a); END_VAR a := p^ + b; END_FUNCTION_BLOCK
       PROGRAM Main VAR f : ARRAY[1..2] OF F; x : INT := Sq(5); END_VAR f[2](); END_PROGRAM`,
      { x: 25, 'f[1].b': 4, 'f[2].a': 7 },
    ],
    [
      'unions and overlapping addresses share bytes',
      `TYPE U : UNION w : WORD; b : ARRAY[0..1] OF BYTE; END_UNION; END_TYPE
       PROGRAM Main VAR u : U; x AT %MW5 : WORD; y AT %MB10 : BYTE; z AT %MX11.7 : BOOL; r : BYTE; d : BYTE; END_VAR
       u.w := 16#1234; u.b[1] := 16#FF; x := 16#8001; d := %MB11; y := 2; r := WORD_TO_BYTE(x); END_PROGRAM`,
      { 'u.w': 0xff34, z: true, d: 0x80, r: 2, x: 0x8002 },
    ],
    [
      'parts of variables, read and written',
      `PROGRAM Main VAR w : WORD := 16#1234; l : LWORD; b : BYTE; x : BOOL; i : DINT; a : ARRAY[0..1] OF WORD; k : INT := 1; END_VAR
       b := w.%B1; x := w.5; w.%B0 := 16#FF; l.%D1 := 16#89ABCDEF; l.63 := FALSE; i.31 := TRUE; a[k].%X15 := TRUE; END_PROGRAM`,
      { b: 0x12, x: true, w: 0x12ff, i: -2147483648, 'a[1]': 32768 },
    ],
    [
      'pointers, references and what they refer to',
      `TYPE N : STRUCT v : INT; next : REF_TO N; END_STRUCT; END_TYPE
       PROGRAM Main VAR a : ARRAY[0..3] OF INT := [1, 2, 3, 4]; p : POINTER TO INT; r : REFERENCE TO INT; n, m : N; s : STRING[5] := 'abc'; q : POINTER TO BYTE;
         x, y, z, v : INT; c : BYTE; b1, b2 : BOOL; d : DINT; END_VAR
       p := ADR(a); x := p^; p := p + SIZEOF(INT); y := p^; z := p[2]; r REF= a[3]; r := r + 10; b1 := __ISVALIDREF(r); r REF= NULL; b2 := __ISVALIDREF(r);
       n.next := REF(m); n.next^.v := 5; v := m.v; q := ADR(s); c := q[1]; d := ADR(a[2]) - ADR(a[0]); END_PROGRAM`,
      { x: 1, y: 2, z: 4, 'a[3]': 14, b1: true, b2: false, v: 5, c: 98, d: 4 },
    ],
    [
      'whole arrays, structures and strings are copied',
      `TYPE P : STRUCT a : INT; s : STRING[4]; END_STRUCT; END_TYPE
       PROGRAM Main VAR a, b : ARRAY[1..3] OF INT := [7, 8, 3]; p : P := (a := 4, s := 'hello'); q : P; s : STRING[3]; t : STRING[20] := 'abcdef'; END_VAR
       b := a; a[1] := 0; q := p; s := t; END_PROGRAM`,
      { 'b[1]': 7, 'b[3]': 3, 'q.a': 4, 'q.s': 'hell', s: 'abc' },
    ],
    [
      'globals of lists, namespaces and externals',
      `VAR_GLOBAL g : INT := 1; END_VAR VAR_GLOBAL CONSTANT c : INT := 5; END_VAR
       NAMESPACE A.B VAR_GLOBAL n : INT := 3; END_VAR FUNCTION F : INT F := n + c; END_FUNCTION TYPE T : STRUCT v : INT := c + 1; END_STRUCT; END_TYPE END_NAMESPACE
       USING A.B;
       PROGRAM Main VAR_EXTERNAL g : INT; END_VAR VAR t : T; u : A.B.T; x, y : INT; z : ARRAY[1..c] OF INT; END_VAR g := g + 1; x := A.B.F(); y := F() + A.B.n; z[c] := 1; END_PROGRAM`,
      { g: 2, x: 8, y: 11, 't.v': 6, 'u.v': 6 },
    ],
  ])('%s', (_, source, expected) => {
    expect(
      run(
        source,
        Object.keys(expected).map((n) => `Main.${n}`),
      ),
    ).toEqual(Object.values(expected));
  });

  it('VAR_TEMP starts anew in every call, VAR keeps', () => {
    const source =
      'FUNCTION_BLOCK F VAR n : INT; END_VAR VAR_TEMP t : INT := 5; a : ARRAY[0..3] OF INT; END_VAR t := t + 1; a[1] := a[1] + t; n := n + a[1]; END_FUNCTION_BLOCK PROGRAM Main VAR f : F; END_VAR f(); END_PROGRAM';
    expect(run(source, ['Main.f.n'], { scans: 3 })).toEqual([18]);
  });

  it('retained variables lie in one stretch, those of blocks too', () => {
    const source = `VAR_GLOBAL RETAIN g : INT := 2; END_VAR
FUNCTION_BLOCK F VAR RETAIN n : INT := 5; END_VAR VAR x : INT; END_VAR n := n + 1; x := x + 1; END_FUNCTION_BLOCK
PROGRAM Main VAR RETAIN p : INT; END_VAR VAR f : ARRAY[1..2] OF F; END_VAR f[2](); p := p + f[2].n; END_PROGRAM`;
    const running = start(source);
    running.scan();
    expect([running.get('Main.f[1].n'), running.get('Main.f[2].n'), running.get('Main.p')]).toEqual([5, 6, 6]);
    const { retain, variables } = running.image.memory;
    expect(retain.size).toBeGreaterThanOrEqual(2 + 2 + 2 * 8);
    expect(retain.start).toBeGreaterThanOrEqual(variables.start);
    const global = running.image.roots.find((r) => r.path === 'g')!;
    expect(global.address).toBeGreaterThanOrEqual(retain.start);
    expect(global.address).toBeLessThan(retain.start + retain.size);
  });

  it('matiec gives every address a cell of its own', () => {
    const source = 'PROGRAM Main VAR x AT %MW0 : WORD; y AT %MB0 : BYTE; END_VAR x := 16#FFFF; END_PROGRAM';
    expect(run(source, ['Main.x', 'Main.y'], { profile: 'matiec' })).toEqual([0xffff, 0]);
    expect(run(source, ['Main.x', 'Main.y'])).toEqual([0xffff, 255]);
  });

  it('addresses scale with their size and become channels', () => {
    const image = imageOf(
      'PROGRAM Main VAR a AT %IX1.3 : BOOL; b AT %QW2 : INT; c AT %MD1 : DINT; END_VAR c := %MW4; END_PROGRAM',
      'codesys',
    );
    const { inputs, outputs, markers } = image.memory;
    const channel = (address: string) => image.channels.find((one) => one.address === address);
    expect(channel('%IX1.3')).toMatchObject({
      direction: 'input',
      path: 'Main.a',
      byteAddress: inputs.start + 1,
      bit: 3,
    });
    expect(channel('%QW2')).toMatchObject({ direction: 'output', path: 'Main.b', byteAddress: outputs.start + 4 });
    expect(channel('%MD1')).toMatchObject({ byteAddress: markers.start + 4 });
    expect(channel('%MW4')).toMatchObject({ direction: 'marker', path: '__MW4', byteAddress: markers.start + 8 });
  });
});
