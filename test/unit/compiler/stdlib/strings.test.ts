import { evaluate, findings, runProgram } from '../../../support/run-program.js';

/** The functions on characters, straight from the rules in docs/profiles/iec.md. */
const reference = {
  LEFT: (s: string[], l: number) => s.slice(0, Math.max(l, 0)),
  RIGHT: (s: string[], l: number) => (l < 1 ? [] : s.slice(-l)),
  MID: (s: string[], l: number, p: number) => (p < 1 || p > s.length || l < 1 ? [] : s.slice(p - 1, p - 1 + l)),
  DELETE: (s: string[], l: number, p: number) =>
    p < 1 || p > s.length || l < 1 ? s : [...s.slice(0, p - 1), ...s.slice(p - 1 + l)],
  INSERT: (a: string[], b: string[], p: number) => [...a.slice(0, Math.max(p, 0)), ...b, ...a.slice(Math.max(p, 0))],
  REPLACE: (a: string[], b: string[], l: number, p: number) =>
    p < 1 ? a : [...a.slice(0, p - 1), ...b, ...a.slice(p - 1 + Math.max(l, 0))],
  FIND: (a: string[], b: string[]) =>
    b.length === 0 ? 0 : a.findIndex((_c, i) => b.every((c, k) => a[i + k] === c)) + 1,
};
const numbers = [-2_000_000_000, -1, 0, 1, 2, 3, 5, 6, 7, 100, 2_000_000_000];

/** Text for a string literal of the kind. */
const quote = (text: string, wide: boolean): string => (wide ? `"${text}"` : `'${text}'`);

describe.each([
  ['STRING', false, ['', 'a', 'abcdef', 'abcabc', 'xyz']],
  ['WSTRING', true, ['', 'a', 'abcdef', 'Ω😀x𝄞yz', '😀']],
] as const)('string functions on %s', (type, wide, texts) => {
  const chars = (text: string): string[] => Array.from(text);
  const join = (text: readonly string[]): string => text.join('');

  it.each(['LEFT', 'RIGHT'] as const)('%s takes any length', (name) => {
    const cases = texts.flatMap((t) => numbers.map((l) => [t, l] as const));
    const got = evaluate(cases.map(([t, l]) => [`${type}[40]`, `${name}(${quote(t, wide)}, DINT#${l})`]));
    expect(got).toEqual(cases.map(([t, l]) => join(reference[name](chars(t), l))));
  });

  it.each(['MID', 'DELETE'] as const)('%s takes any length and position', (name) => {
    const cases = texts.flatMap((t) => numbers.flatMap((l) => numbers.map((p) => [t, l, p] as const)));
    const got = evaluate(cases.map(([t, l, p]) => [`${type}[40]`, `${name}(${quote(t, wide)}, DINT#${l}, DINT#${p})`]));
    expect(got).toEqual(cases.map(([t, l, p]) => join(reference[name](chars(t), l, p))));
  });

  it('INSERT and REPLACE take any position', () => {
    const pairs = texts.flatMap((a) => texts.map((b) => [a, b] as const));
    const inserts = pairs.flatMap(([a, b]) => numbers.map((p) => [a, b, p] as const));
    expect(
      evaluate(inserts.map(([a, b, p]) => [`${type}[40]`, `INSERT(${quote(a, wide)}, ${quote(b, wide)}, DINT#${p})`])),
    ).toEqual(inserts.map(([a, b, p]) => join(reference.INSERT(chars(a), chars(b), p))));
    const replaces = pairs
      .slice(0, 12)
      .flatMap(([a, b]) => numbers.flatMap((l) => [-1, 0, 1, 3, 6, 7, 9].map((p) => [a, b, l, p] as const)));
    expect(
      evaluate(
        replaces.map(([a, b, l, p]) => [
          `${type}[40]`,
          `REPLACE(${quote(a, wide)}, ${quote(b, wide)}, DINT#${l}, DINT#${p})`,
        ]),
      ),
    ).toEqual(replaces.map(([a, b, l, p]) => join(reference.REPLACE(chars(a), chars(b), l, p))));
  });

  it('LEN, FIND, CONCAT and the comparisons agree with the reference on all pairs', () => {
    const pairs = [...texts, 'bc', 'c'].flatMap((a) => [...texts, 'bc', 'c'].map((b) => [a, b] as const));
    const units = (t: string): string => (wide ? t : t);
    const rows = pairs.flatMap(([a, b]) => {
      const [x, y] = [quote(a, wide), quote(b, wide)];
      return [
        ['DINT', `LEN(CONCAT(${x}, ${y}))`, BigInt(chars(a).length + chars(b).length)],
        ['DINT', `FIND(${x}, ${y})`, BigInt(reference.FIND(chars(a), chars(b)))],
        [`${type}[40]`, `CONCAT(${x}, ${y}, ${x})`, a + b + a],
        ['BOOL', `EQ(${x}, ${y})`, a === b],
        ['BOOL', `NE(${x}, ${y})`, a !== b],
        ['BOOL', `GT(${x}, ${y})`, units(a) > units(b)],
        ['BOOL', `LE(${x}, ${y})`, units(a) <= units(b)],
        [`${type}[40]`, `MAX(${x}, ${y})`, units(a) >= units(b) ? a : b],
      ] as const;
    });
    expect(evaluate(rows.map(([t, e]) => [t, e]))).toEqual(rows.map((r) => r[2]));
  });

  it('a result is cut to the variable that takes it, and its neighbours stay', () => {
    const program = runProgram(`PROGRAM Main
VAR before : ${type}[3] := ${quote('<<<', wide)}; s : ${type}[5]; after : ${type}[3] := ${quote('>>>', wide)}; long : ${type}[20] := ${quote('0123456789', wide)}; END_VAR
s := CONCAT(long, long);
long := INSERT(long, long, 10);
END_PROGRAM`);
    program.scan();
    expect([
      program.read('Main.before'),
      program.read('Main.s'),
      program.read('Main.after'),
      program.read('Main.long'),
    ]).toEqual(['<<<', '01234', '>>>', '01234567890123456789']);
  });

  it('the forms with an OUT argument write there, also where it is a source', () => {
    const program = runProgram(`PROGRAM Main
VAR s : ${type}[20] := ${quote('abcdef', wide)}; t, u, v : ${type}[4]; w : ${type}[20] := ${quote('xy', wide)}; END_VAR
LEFT_EXT(s, 3, t);
MID_EXT(s, 2, 3, u);
CONCAT_EXT(v, s, s);
INSERT_EXT(w, w, 1, w);
REPLACE_EXT(s, t, 1, 6, s);
END_PROGRAM`);
    program.scan();
    expect(['s', 't', 'u', 'v', 'w'].map((n) => program.read(`Main.${n}`))).toEqual([
      'abcdeabc',
      'abc',
      'cd',
      'abcd',
      'xxyy',
    ]);
  });
});

describe('texts of mixed kinds', () => {
  it('STRING and WSTRING do not mix, and the message says which function converts', () => {
    const found = findings('PROGRAM Main\nVAR s : STRING; w : WSTRING; END_VAR\ns := CONCAT(s, w);\nEND_PROGRAM');
    expect(found.filter((d) => d.severity === 'error').map((d) => d.message)).toEqual([
      expect.stringContaining('WSTRING_TO_STRING'),
    ]);
  });

  it('a character is text of length 1', () => {
    expect(
      evaluate(
        [
          ['STRING', "CONCAT('a', c, 'b')"],
          ['DINT', 'LEN(c)'],
        ],
        { variables: "c : CHAR := 'x';" },
      ),
    ).toEqual(['axb', 1n]);
  });

  it('upper and lower case reach the letters of Latin-1', () => {
    expect(
      evaluate([
        ['STRING', "UPPER('aZé÷ß1')"],
        ['STRING', "LOWER('AzÉ×1')"],
        ['WSTRING', 'UPPER("aé")'],
      ]),
    ).toEqual(['AZÉ÷ß1', 'azé×1', 'AÉ']);
  });

  it('a function whose result is too long cuts it between characters, not within a surrogate pair', () => {
    expect(
      evaluate([
        ['WSTRING[2]', 'LEFT("a😀b", 3)'],
        ['WSTRING[3]', 'CONCAT("ab", "😀")'],
      ]),
    ).toEqual(['a', 'ab']);
  });
});
