import { fastest } from '../../support/fastest.js';
import { findings, runProgram } from '../../support/run-program.js';

const program = (statements: string, declarations = 'a : INT;'): string =>
  `PROGRAM Main\nVAR\n${declarations}\nEND_VAR\n${statements}\nEND_PROGRAM\n`;
const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => `${line(i)}\n`).join('');
const many = 100_000;

/** Findings of a source, and the time that they took. */
function timed(source: string): {
  readonly errors: readonly string[];
  readonly seconds: number;
  readonly listed: number;
} {
  const { result: found, milliseconds } = fastest(() => findings(source), 2000);
  const errors = found.filter((one) => one.severity === 'error').map((one) => `${one.code} ${one.line ?? 0}`);
  return { errors, seconds: milliseconds / 1000, listed: found.length };
}

/** What is beyond a limit, the source, its only error and the line. */
const beyond: readonly (readonly [string, () => string, string])[] = [
  ['100,000 parentheses', () => program(`a := ${'('.repeat(many)}1${')'.repeat(many)};`), 'E8001 5'],
  ['100,000 IFs', () => program(`${'IF a = 0 THEN '.repeat(many)}${'END_IF;'.repeat(many)}`), 'E8001 5'],
  ['100,000 comments in each other', () => program(`${'(*'.repeat(many)}${'*)'.repeat(many)}`), 'E8001 5'],
  ['100,000 NOTs', () => program(`b := ${'NOT '.repeat(many)}b;`, 'b : BOOL;'), 'E8001 5'],
  ['100,000 calls in each other', () => program(`a := ${'ABS('.repeat(many)}a${')'.repeat(many)};`), 'E8001 5'],
  ['100,000 arrays of arrays', () => program('', `a : ${'ARRAY[0..1] OF '.repeat(many)}INT;`), 'E8001 3'],
  ['100,000 structures in each other', () => `TYPE T : ${'STRUCT a : '.repeat(many)}INT; END_TYPE`, 'E8001 1'],
  ['a sum of 100,000 parts', () => program(`a := 1${'+a'.repeat(many)};`), 'E8001 5'],
  ['a name of a million letters', () => program(`${'x'.repeat(1_000_000)} := 1;`), 'E8002 5'],
  ['a text of ten million characters', () => program(`s := '${'x'.repeat(10_000_000)}';`, 's : STRING;'), 'E8002 5'],
  ['a number of 100,000 digits', () => program('', `a : LINT := ${'9'.repeat(many)};`), 'E8002 3'],
  ['50 MB on one line', () => program('a:=1;'.repeat(10_000_000)), 'E0008 0'],
  ['a string of 2 GB', () => program('', 's : STRING(2147483648);'), 'E8101 3'],
  ['an array of 16 GB', () => program('', 'a : ARRAY[0..2147483647] OF LREAL;'), 'E8101 3'],
  ['an array of ten dimensions', () => program('', `a : ARRAY[${Array(10).fill('0..999').join(', ')}] OF INT;`), 'E8101 3'],
  ['arrays of arrays that multiply', () => program('', 'a : ARRAY[0..9999] OF ARRAY[0..9999] OF INT;'), 'E8101 3'],
  ['a thousand arrays of 1 MB', () => program('', lines(1000, (i) => `a${i} : ARRAY[0..999999] OF BYTE;`)), 'E8101 1'],
  [
    'blocks that double forty times',
    () =>
      lines(40, (i) => `FUNCTION_BLOCK F${i} VAR ${i > 0 ? `a, b : F${i - 1};` : 'x : LREAL;'} END_VAR END_FUNCTION_BLOCK`) +
      program('', 'c : F39;'),
    'E8101 25',
  ],
  [
    'structures that double forty times',
    () => `TYPE\n${lines(40, (i) => `S${i} : STRUCT ${i > 0 ? `a, b : S${i - 1};` : 'x : LREAL;'} END_STRUCT;`)}END_TYPE\n${program('', 'c : S39;')}`,
    'E8101 26',
  ],
  ['CASE with 300,000 labels', () => program(`CASE d OF ${Array.from({ length: 300_000 }, (_, i) => i).join(',')}: ; END_CASE;`, 'd : DINT;'), 'E8102 5'],
  ['a chain of 3,000 types', () => `TYPE\n${lines(3000, (i) => `T${i} : ${i < 2999 ? `T${i + 1}` : 'INT'};`)}END_TYPE\n${program('', 't : T0;')}`, 'E8001 0'],
  ['functions that call each other in a circle', () => `FUNCTION A : INT A := B(); END_FUNCTION FUNCTION B : INT B := A(); END_FUNCTION\n${program('a := A();')}`, 'E4020 1'],
  ['methods that call each other in a circle', () => `FUNCTION_BLOCK F METHOD A : INT A := B(); END_METHOD METHOD B : INT B := A(); END_METHOD END_FUNCTION_BLOCK\n${program('', 'f1 : F;')}`, 'E4020 1'],
  ['a block within itself through three types', () => `TYPE S : STRUCT f : F; END_STRUCT; T : ARRAY[0..1] OF S; END_TYPE\nFUNCTION_BLOCK F VAR t1 : T; END_VAR END_FUNCTION_BLOCK\n${program('', 'f1 : F;')}`, 'E2005 1'],
  ['structures within each other', () => `TYPE S : STRUCT t1 : T; END_STRUCT; T : STRUCT s1 : S; END_STRUCT; END_TYPE\n${program('', 's1 : S;')}`, 'E2005 1'],
  ['aliases of each other', () => `TYPE A : B; B : C; C : A; END_TYPE\n${program('', 'x : A;')}`, 'E2005 1'],
  ['constants of each other', () => `VAR_GLOBAL CONSTANT a : INT := b; b : INT := a; END_VAR\n${program('')}`, 'E2019 1'],
  ['bounds out of order', () => program('', 'a : ARRAY[5..1] OF INT;'), 'E2008 3'],
  ['bounds beyond 64 bits', () => program('', 'a : ARRAY[0..99999999999999999999] OF INT;'), 'E1005 3'],
  ['1E400', () => program('', 'a : LREAL := 1E400;'), 'E1005 3'],
  ['a number of 68 bits', () => program('', 'a : LWORD := 16#FFFFFFFFFFFFFFFFF;'), 'E1005 3'],
  ['February 30', () => program('', 'a : DATE := D#2023-02-30;'), 'E1007 3'],
  ['a digit beyond its base', () => program('', 'a : INT := 2#2;'), 'E1005 3'],
  ['a duration of 273 million years', () => program('', 'a : TIME := T#99999999999d;'), 'E1006 3'],
  ['an address beyond its area', () => program('', 'a AT %QX99999.7 : BOOL;'), 'E7002 3'],
  ['an address beyond its area in a statement', () => program('%QX99999.7 := TRUE;'), 'E7002 5'],
  ['a negative address', () => program('', 'a AT %IW-1 : INT;'), 'E1009 3'],
  ['an address twice', () => program('', 'a AT %MW0 : WORD;\nb AT %MW0 : WORD;'), 'E7003 4'],
  ['a comment without an end', () => program('(* a := 1;'), 'E1003 5'],
  ['a pragma without an end', () => program('{ a := 1;'), 'E1004 5'],
  ['a control character', () => program('a := 1;\0'), 'E1001 5'],
  ['text that runs from right to left', () => program('a := 1; \u202E'), 'E1001 5'],
]; // prettier-ignore

/** What is large or odd and still a program. */
const within: readonly (readonly [string, () => string])[] = [
  ['a sum of 900 parts', () => program(`a := a${'+a'.repeat(900)};`)],
  ['250 parentheses', () => program(`a := ${'('.repeat(250)}a${'+a)'.repeat(250)};`)],
  ['250 IFs in each other', () => program(`${'IF a = 0 THEN '.repeat(250)}a := 1;${'END_IF;'.repeat(250)}`)],
  ['2,000 ELSIFs', () => program(`IF a = -1 THEN ; ${lines(2000, (i) => `ELSIF a = ${i} THEN a := ${i};`)} END_IF;`)],
  ['CASE over two thousand million values', () => program('CASE d OF 0..1000000: ; 1000001..2000000000: ; END_CASE;', 'd : DINT;')],
  ['10,000 branches of CASE', () => program(`CASE d OF ${lines(10_000, (i) => `${i * 3}: d := ${i};`)} END_CASE;`, 'd : DINT;')],
  ['a comment of a million characters', () => program(`(*${'x'.repeat(1_000_000)}*)`)],
  ['10,000 variables', () => program('', lines(10_000, (i) => `v${i} : INT := ${i};`))],
  ['2,000 functions', () => lines(2000, (i) => `FUNCTION F${i} : INT VAR_INPUT x : INT; END_VAR F${i} := x + ${i}; END_FUNCTION`) + program('a := F1999(1);')],
  ['400 blocks that extend each other', () => lines(400, (i) => `FUNCTION_BLOCK F${i}${i > 0 ? ` EXTENDS F${i - 1}` : ''} VAR v${i} : INT; END_VAR END_FUNCTION_BLOCK`) + program('', 'f : F399;')],
  ['a million blocks with initial values', () => `FUNCTION_BLOCK A VAR x : INT := 5; END_VAR END_FUNCTION_BLOCK\n${program('', 'c : ARRAY[1..1000000] OF A;')}`],
  ['a byte order mark amid the text', () => program('\uFEFFa := 1;')],
  ['Cyrillic letters that look like Latin ones', () => program('а := 1; a := 2;', 'а : INT; a : INT;')],
  ['lines that end with CR alone', () => program('a := 1;').replaceAll('\n', '\r')],
]; // prettier-ignore

describe('a source beyond a limit', () => {
  it.each(beyond)('gets one error, within two seconds: %s', (_title, source, expected) => {
    const { errors, seconds } = timed(source());
    expect(errors).toEqual([expected]);
    expect(seconds).toBeLessThan(2);
  });

  it.each([
    ['names that are not declared', () => program(lines(10_000, (i) => `name${i} := 1;`))],
    ['statements that can not be read', () => program('a := ;\n'.repeat(10_000))],
    [
      'types that nothing declares',
      () =>
        program(
          '',
          lines(10_000, (i) => `v${i} : T${i};`),
        ),
    ],
  ])('of 10,000 errors gets 100 findings and their count, within two seconds: %s', (_title, source) => {
    const { errors, seconds, listed } = timed(source());
    expect([errors.length, listed]).toEqual([100, 101]);
    expect(seconds).toBeLessThan(2);
  });
});

describe('a large source within the limits', () => {
  it.each(within)('compiles, within two seconds: %s', (_title, source) => {
    const { errors, seconds } = timed(source());
    expect(errors).toEqual([]);
    expect(seconds).toBeLessThan(2);
  });
});

describe('names and texts of other languages', () => {
  it('are data, whatever they mean in JavaScript', () => {
    const names = ['process', 'await', 'eval', '__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString'];
    const running = runProgram(
      program(
        `${names.map((name, i) => `${name} := ${i + 1};`).join(' ')}\ns := '$\${process.exit()}\` */ (* // ';`,
        `${names.join(', ')} : INT;\ns : STRING(40);`,
      ),
    );
    running.scan();
    expect(names.map((name) => running.read(`Main.${name}`))).toEqual(names.map((_, i) => BigInt(i + 1)));
    expect(running.read('Main.s')).toBe('${process.exit()}` */ (* // ');
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('process');
  });
});
