import { compile, createLoweringMemory } from '../../../../server/src/compiler/compile.js';
import { findProfile, type Profile } from '../../../../server/src/compiler/profile.js';
import type { ProgramImage } from '../../../../server/src/model/program-image.js';
import { planReload } from '../../../../server/src/runtime/plan-reload.js';
import { findings, runProgram, type Plain } from '../../../support/run-program.js';

const codesys = findProfile('codesys')!;
/** A heap of so many bytes. */
const small = (heapBytes: number): Profile => ({ ...codesys, name: 'small', heapBytes });

const program = (declarations: string, statements: string, before = ''): string =>
  `${before}\nPROGRAM Main\nVAR\n${declarations}\nEND_VAR\n${statements}\nEND_PROGRAM\n`;

/** Variables of Main after some scans. */
function values(source: string, names: readonly string[], scans = 1, profile: Profile = codesys): Plain[] {
  const running = runProgram(source, profile);
  for (let i = 0; i < scans; i += 1) running.scan();
  return names.map((name) => running.read(`Main.${name}`));
}

/** Code, POU and line of the fault that one of the scans ends with; undefined where all end well. */
function faultOf(source: string, profile: Profile = codesys, scans = 1): string | undefined {
  const running = runProgram(source, profile);
  try {
    for (let i = 0; i < scans; i += 1) running.scan();
  } catch {
    const { code, site } = running.machine.fault!;
    return `${code} ${site?.pou}:${site?.line}`;
  }
  return undefined;
}

const errors = (source: string, profile: Profile = codesys): string[] =>
  findings(source, profile)
    .filter((d) => d.severity === 'error')
    .map((d) => `${d.code}@${d.line} ${d.message}`);

const motor = `
VAR_GLOBAL ended : STRING; END_VAR
TYPE S : STRUCT a : INT := 5; b : ARRAY[0..2] OF REAL := [1.0, 2.0, 3.0]; t : STRING(10) := 'hi'; END_STRUCT END_TYPE
FUNCTION_BLOCK Motor
VAR_INPUT n : INT := 7; END_VAR
METHOD FB_init : BOOL VAR_INPUT bInitRetains, bInCopyCode : BOOL; k : INT := 1; END_VAR n := n + k; END_METHOD
METHOD FB_exit : BOOL VAR_INPUT bInCopyCode : BOOL; END_VAR ended := CONCAT(ended, INT_TO_STRING(n)); END_METHOD
METHOD Get : INT Get := n; END_METHOD
END_FUNCTION_BLOCK
FUNCTION_BLOCK Fast EXTENDS Motor
METHOD Get : INT Get := n * 100; END_METHOD
METHOD FB_exit : BOOL VAR_INPUT bInCopyCode : BOOL; END_VAR ended := CONCAT(ended, 'fast '); END_METHOD
END_FUNCTION_BLOCK`;

describe('objects made while the program runs', () => {
  it.each([
    ['a number', 'p : POINTER TO INT; r : INT;', 'p := __NEW(INT); p^ := p^ + 3; r := p^;', 3n],
    ['several numbers', 'p : POINTER TO INT; r, i : INT;', 'p := __NEW(INT, 10); FOR i := 0 TO 9 DO p[i] := i; END_FOR r := p[0] + p[9];', 9n],
    ['as many as a variable says', 'p : POINTER TO LREAL; n : USINT := 200; r : LREAL;', 'p := __NEW(LREAL, n + 1); p[200] := 2.5; r := p[200];', 2.5],
    ['a structure with initial values', 'p : POINTER TO S; r : S;', 'p := __NEW(S); r := p^;', { a: 5n, b: [1, 2, 3], t: 'hi' }],
    ['several structures', 'p : POINTER TO S; r : S;', 'p := __NEW(S, 3); r := p[2];', { a: 5n, b: [1, 2, 3], t: 'hi' }],
    ['a text', 'p : POINTER TO STRING(90); r : STRING(90);', "p := __NEW(STRING(90)); p^ := CONCAT(p^, 'abc'); r := p^;", 'abc'],
    ['an enumeration', 'p : POINTER TO E; r : DINT;', 'p := __NEW(E, 2); r := p[1];', 4n],
    ['a subrange', 'p : POINTER TO Level; r : INT;', 'p := __NEW(Level); r := p^;', 3n],
    ['a block', 'p : POINTER TO Motor; r : INT;', 'p := __NEW(Motor); r := p^.Get();', 8n],
    ['a block with inputs of FB_init', 'p : POINTER TO Motor; r : INT;', 'p := __NEW(Motor(k := 3)); r := p^.n;', 10n],
    ['the same by position', 'p : POINTER TO Motor; r : INT;', 'p := __NEW(Motor(4)); r := p^.n;', 11n],
    ['several blocks', 'p : POINTER TO Motor; r : INT;', 'p := __NEW(Motor(2), 3); r := p[2].n;', 9n],
    ['a derived block', 'p : POINTER TO Motor; r : INT;', 'p := __NEW(Fast); r := p^.Get();', 800n],
    ['a block of the library', 'p : POINTER TO CTU; r : WORD;', 'p := __NEW(CTU); p^(CU := TRUE, PV := 3); r := p^.CV;', 1n],
    ['an interface', 'p : POINTER TO I; c : C; r : INT;', 'p := __NEW(I, 2); p[1] := c; r := p[1].Answer();', 42n],
    ['a place for an address', 'p : PVOID; q : POINTER TO INT; r : INT;', 'p := __NEW(INT); q := p; q^ := 6; r := q^; __DELETE(p);', 6n],
  ])('are %s', (_what, declarations, statements, expected) => {
    const types = `${motor}
TYPE E : (one := 4, two := 5) DINT; END_TYPE TYPE Level : INT(3..9); END_TYPE
INTERFACE I METHOD Answer : INT END_METHOD END_INTERFACE
FUNCTION_BLOCK C IMPLEMENTS I METHOD Answer : INT Answer := 42; END_METHOD END_FUNCTION_BLOCK`;
    for (const profile of [codesys, findProfile('twincat')!])
      expect(values(program(declarations, statements, types), ['r'], 1, profile)).toEqual([expected]);
  }); // prettier-ignore

  it('begin with their initial values where another object was', () => {
    const statements = `
p := __NEW(Motor); first := p; p^.n := 77; __DELETE(p); p := __NEW(Motor); a := p^.n; same := p = first; __DELETE(p);
q := __NEW(DINT, 8); FOR i := 0 TO 7 DO sum := sum + q[i]; q[i] := -1; END_FOR __DELETE(q);`;
    const declarations = 'p, first : POINTER TO Motor; q : POINTER TO DINT; a, i : INT; sum : DINT; same : BOOL;';
    expect(values(program(declarations, statements, motor), ['a', 'same', 'sum', 'p', 'q'], 3)).toEqual([
      8n, true, 0n, 0n, 0n,
    ]); // prettier-ignore
  });

  it('run FB_exit, that of the derived block first, when they are ended', () => {
    const statements = 'p := __NEW(Motor(2)); __DELETE(p); p := __NEW(Fast, 2); __DELETE(p); __DELETE(p); r := ended;';
    const source = program('p : POINTER TO Motor; r : STRING;', statements, motor);
    expect(values(source, ['r'])).toEqual(['9fast 8fast 8']);
  });

  it('may end objects of their own kind', () => {
    const node = `
VAR_GLOBAL count : INT; END_VAR
FUNCTION_BLOCK Node VAR_INPUT next : POINTER TO Node; END_VAR
METHOD FB_exit : BOOL VAR_INPUT bInCopyCode : BOOL; END_VAR count := count - 1; __DELETE(next); END_METHOD
END_FUNCTION_BLOCK`;
    const statements = `
FOR i := 1 TO 100 DO p := __NEW(Node); p^.next := list; list := p; count := count + 1; END_FOR
most := count; __DELETE(list); r := count;`;
    const declarations = 'list, p : POINTER TO Node; i, most, r : INT;';
    expect(values(program(declarations, statements, node), ['most', 'r'], 3)).toEqual([100n, 0n]);
  });

  it('are changed through pointers while their own code runs', () => {
    const block = `
FUNCTION_BLOCK F VAR_INPUT x, y, i : INT; END_VAR
METHOD M : INT VAR_INPUT p : POINTER TO F; END_VAR
FOR i := 1 TO 5 DO x := x + 1; p^.x := p^.x * 2; y := y + x; x := x + 3; p^.x := p^.x + 7; END_FOR M := x;
END_METHOD
END_FUNCTION_BLOCK`;
    const source = program('p : POINTER TO F; r, y : INT;', 'p := __NEW(F); r := p^.M(p); y := p^.y;', block);
    let [x, y] = [0, 0];
    for (let i = 0; i < 5; i += 1) {
      x = (x + 1) * 2;
      y += x;
      x += 10;
    }
    expect(values(source, ['r', 'y'])).toEqual([BigInt(x), BigInt(y)]);
  });
});

describe('the heap', () => {
  it('faults in the line of __NEW when it is used up, also by one object', () => {
    const grow = program('p : POINTER TO BYTE;', 'p := __NEW(BYTE, 1024);');
    expect(faultOf(grow, codesys, 1024)).toBeUndefined();
    expect(faultOf(grow, codesys, 1025)).toBe('R4006 Main:6');
    expect(faultOf(program('p : POINTER TO BYTE; n : ULINT := 1048577;', 'p := __NEW(BYTE, n);'))).toBe('R4006 Main:6');
    expect(faultOf(program('p : POINTER TO LREAL; n : LINT := 16#20000000;', 'p := __NEW(LREAL, n);'))).toBe('R4006 Main:6'); // prettier-ignore
    expect(faultOf(program('p : POINTER TO ARRAY[0..9999] OF INT;', 'p := __NEW(A);', 'TYPE A : ARRAY[0..9999] OF INT; END_TYPE'), small(4096))).toBe('R4006 Main:6'); // prettier-ignore
  });

  it.each([
    ['0', 'n : INT;', 'R4010 Main:6'],
    ['negative', 'n : DINT := -1;', 'R4010 Main:6'],
    ['beyond LINT', 'n : ULINT := 16#8000000000000000;', 'R4010 Main:6'],
    ['1', 'n : SINT := 1;', undefined],
  ])('takes no number of objects that is below 1: %s', (_what, declaration, fault) => {
    expect(faultOf(program(`p : POINTER TO INT; ${declaration}`, 'p := __NEW(INT, n);'))).toBe(fault);
  });

  it.each([
    ['twice', 'q := p; __DELETE(p); __DELETE(q);', 'R4012 Main:6'],
    ['within an object', 'q := p + 16; __DELETE(q);', 'R4012 Main:6'],
    ['at an odd address', 'q := p + 1; __DELETE(q);', 'R4012 Main:6'],
    ['that is a variable', 'q := ADR(x); __DELETE(q);', 'R4012 Main:6'],
    ['in front of the first object', 'q := p - 16; __DELETE(q);', 'R4012 Main:6'],
    ['behind the heap', 'q := 16#7FFFFFFF; __DELETE(q);', 'R4012 Main:6'],
    ['0', 'q := 0; __DELETE(q);', undefined],
    ['once', '__DELETE(p);', undefined],
  ])('ends nothing but living objects: %s', (_what, statements, fault) => {
    const source = program('p, q : POINTER TO INT; x : INT;', `p := __NEW(INT, 100); ${statements}`);
    expect(faultOf(source)).toBe(fault);
  });

  it('keeps objects apart and joins what is free, whatever the order', () => {
    const statements = `
FOR step := 1 TO 500 DO
  seed := seed * 1103515245 + 12345;
  k := UDINT_TO_INT(SHR(seed, 16) MOD 50);
  IF p[k] = 0 THEN
    size[k] := UDINT_TO_INT(SHR(seed, 8) MOD 90) + 1;
    p[k] := __NEW(DINT, size[k]);
    FOR i := 0 TO size[k] - 1 DO IF p[k][i] <> 0 THEN bad := bad + 1; END_IF; p[k][i] := k * 1000 + i; END_FOR
  ELSE
    FOR i := 0 TO size[k] - 1 DO IF p[k][i] <> k * 1000 + i THEN bad := bad + 1; END_IF; END_FOR
    __DELETE(p[k]);
  END_IF
END_FOR
IF last THEN
  FOR k := 0 TO 49 DO __DELETE(p[k]); END_FOR
  all := __NEW(BYTE, 32768);
END_IF`;
    const declarations =
      'p : ARRAY[0..49] OF POINTER TO DINT; size : ARRAY[0..49] OF INT; seed : UDINT := 7; k, i, step, bad : INT; last : BOOL; all : POINTER TO BYTE;';
    const profile = small(32_768);
    const [one, other] = [1, 2].map(() => runProgram(program(declarations, statements), profile));
    for (let i = 0; i < 20; i += 1) {
      one!.scan();
      other!.scan();
      expect(one!.read('Main.bad')).toBe(0n);
    }
    expect(one!.read('Main.p')).toEqual(other!.read('Main.p'));
    one!.write('Main.last', 'TRUE');
    one!.scan();
    expect([one!.read('Main.bad'), one!.read('Main.all') !== 0n]).toEqual([0n, true]);
  });

  it('is no part of a program that makes no objects', () => {
    const image = (statements: string): ProgramImage => runProgram(program('p : POINTER TO INT;', statements), codesys).image;
    const [without, withIt] = [image('p := 0;'), image('p := __NEW(INT);')];
    expect(without.memory.heap).toBeUndefined();
    expect(withIt.memory.heap!.size).toBe(16 + (1024 * 1024) / 16 * 24);
    expect(withIt.memory.pages - without.memory.pages).toBe(24);
    const { variables, heap } = withIt.memory;
    expect(heap!.start + heap!.size).toBe(variables.start + variables.size);
  }); // prettier-ignore

  it('is there in a profile of your own, with checked arithmetic too', () => {
    const profile: Profile = { ...findProfile('iec')!, name: 'own', heapBytes: 100, integerOverflow: 'fault' };
    const source = program('p : REF_TO INT; r : INT;', 'p := __NEW(INT); p^ := 4; r := r + p^; __DELETE(p);');
    expect(values(source, ['r', 'p'], 3, profile)).toEqual([12n, 0n]);
  });
});

describe('pointers to objects', () => {
  it('are not retained: after a warm restart they have their initial value, and the heap is empty', () => {
    const before = `
TYPE S : STRUCT n : INT; p : ARRAY[0..1] OF POINTER TO INT; END_STRUCT END_TYPE
FUNCTION_BLOCK F VAR RETAIN n : INT; p : POINTER TO INT; END_VAR METHOD Make n := n + 1; p := __NEW(INT, 100); END_METHOD END_FUNCTION_BLOCK`;
    const source = `${before}
PROGRAM Main VAR RETAIN s : S; x : INT; q : POINTER TO INT := ADR(x); END_VAR VAR f : F; first : POINTER TO INT; END_VAR
s.n := s.n + 1; s.p[1] := __NEW(INT, 100); q := s.p[1]; f.Make(); first := s.p[1]; END_PROGRAM`;
    const running = runProgram(source, codesys);
    const read = (...names: string[]): Plain[] => names.map((name) => running.read(`Main.${name}`));
    const initial = read('q');
    running.scan();
    const made = read('first');
    expect(read('q')).toEqual(made);
    running.machine.reset('warm');
    expect(read('s', 'q', 'f.n', 'f.p')).toEqual([{ n: 1n, p: [0n, 0n] }, initial[0], 1n, 0n]);
    running.machine.runScan(0n, 0n);
    expect(read('first', 's.n')).toEqual([made[0], 2n]);
  });

  it('and the objects come back with a snapshot', () => {
    const statements =
      'IF p = 0 THEN p := __NEW(INT, 3); ELSE p[2] := p[2] + 1; r := p[2]; END_IF IF stop THEN __DELETE(p); END_IF';
    const running = runProgram(program('p : POINTER TO INT; r : INT; stop : BOOL;', statements), codesys);
    for (let i = 0; i < 4; i += 1) running.scan();
    const snapshot = running.machine.snapshot();
    running.write('Main.stop', 'TRUE');
    running.scan();
    expect(running.read('Main.p')).toBe(0n);
    running.machine.restore(snapshot);
    running.scan();
    expect(running.read('Main.r')).toBe(4n);
  });

  it('begin anew with an online change, which says why', () => {
    const image = (statements: string): ProgramImage =>
      compile({ name: 'p', documents: [{ name: 'p.st', content: program('p : POINTER TO INT; n : INT;', statements) }], profile: codesys }).image!;
    const before = image('p := __NEW(INT);');
    const { steps, moves } = planReload(before, image('IF p = 0 THEN p := __NEW(INT); END_IF'));
    expect(steps.map(({ path, action, reason }) => `${path} ${action}: ${reason}`)).toEqual([
      'Main.p reinitialised: a reference is set anew by the program; objects of __NEW end with a change',
      'Main.n kept: same type',
    ]);
    const { heap } = before.memory;
    expect(moves.every((move) => move.from < heap!.start)).toBe(true);
  }); // prettier-ignore
});

describe('a body that makes objects', () => {
  it('is compiled as from nothing when others have changed', () => {
    const memory = createLoweringMemory();
    const build = (text: string, remembers: boolean) =>
      compile({
        name: 'p',
        documents: [{ name: 'p.st', content: text }],
        profile: codesys,
        ...(remembers && { memory }),
      });
    const make = (body: string, statements: string): string => {
      const maker = `FUNCTION Make : POINTER TO Motor VAR_INPUT v : INT; END_VAR ${body} END_FUNCTION`;
      return program('p : POINTER TO Motor; q : POINTER TO INT; r : INT;', statements, `${motor}\n${maker}`);
    };
    const bodies = ['Make := __NEW(Motor(k := v));', 'Make := __NEW(Fast);', 'Make := 0;'];
    const statements = ['p := Make(3); __DELETE(p);', 'q := __NEW(INT); p := Make(1);', 'r := 1;'];
    for (const body of bodies) {
      for (const text of statements) {
        const source = make(body, text);
        expect(build(source, true).image).toEqual(build(source, false).image);
      }
    }
  });
});

describe('what __NEW and __DELETE refuse', () => {
  it.each([
    ['a variable', 'x := __NEW(x);', /^E2\d\d\d@6/],
    ['a value', 'p := __NEW(3 + 4);', /^E2010@6 __NEW takes the name of a type/],
    ['nothing', 'p := __NEW();', /^E4004@6 __NEW takes a type/],
    ['too much', 'p := __NEW(INT, 1, 2);', /^E4003@6/],
    ['no object', 'p := __NEW(INT, 0);', /^E3003@6 .* not 0/],
    ['a number that is none', 'p := __NEW(INT, 1.5);', /^E3003@6/],
    ['arguments of a number', 'p := __NEW(INT(3));', /^E4003@6/],
    ['an input that FB_init has not', 'p := __NEW(Motor(z := 3));', /^E4002@6 FB_init of 'Motor' has no input 'z'/],
    ['a missing input', 'p := __NEW(Needy);', /^E4004@6 .*write Needy\(k := \.\.\.\)/],
    ['an abstract block', 'p := __NEW(Idea);', /^E5005@6/],
    ['a program', 'p := __NEW(Main);', /^E2010@6/],
    ['RETAIN in a block', 'p := __NEW(Keeper);', /^E9106@6 .*RETAIN/],
    ['a type that is not there', 'p := __NEW(Nothing);', /^E2\d\d\d@6.*Nothing/],
    ['the end of a number', '__DELETE(x);', /^E3009@6 __DELETE takes a pointer variable, not INT/],
    ['the end of a value', '__DELETE(ADR(x));', /^E3009@6/],
    ['the end of a constant', '__DELETE(c);', /^E4007@6/],
  ])('%s', (_what, statement, expected) => {
    const blocks = `${motor.replaceAll('\n', ' ')} FUNCTION_BLOCK Needy METHOD FB_init : BOOL VAR_INPUT bInitRetains, bInCopyCode : BOOL; k : INT; END_VAR END_METHOD END_FUNCTION_BLOCK FUNCTION_BLOCK ABSTRACT Idea END_FUNCTION_BLOCK FUNCTION_BLOCK Keeper VAR RETAIN n : INT; END_VAR END_FUNCTION_BLOCK`;
    const declarations = 'p : POINTER TO INT; x : INT; END_VAR VAR CONSTANT c : POINTER TO INT := 0;';
    expect(errors(program(declarations, statement, blocks))).toEqual([expect.stringMatching(expected)]);
  });

  it.each(['iec', 'matiec'])('%s has neither, and says who has', (name) => {
    const source = program('p : REF_TO INT;', 'p := __NEW(INT);\n__DELETE(p);');
    expect(errors(source, findProfile(name))).toEqual([
      expect.stringMatching(/^E9106@6 __NEW belongs to the profiles codesys and twincat, and this is/),
      expect.stringMatching(/^E9106@7 __DELETE belongs to/),
    ]);
  });

  it('they stand in bodies only', () => {
    const source = program('p : POINTER TO INT := __NEW(INT);', '__DELETE(p);');
    expect(errors(source)).toEqual([expect.stringMatching(/^E9106@4 __NEW stands in the statements/)]);
  });
});
