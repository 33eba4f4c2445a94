import { parseDocument } from '../../../support/parse-source.js';

const frame = (body: string): string => `PROGRAM p\nVAR x : INT; END_VAR\n${body}\nEND_PROGRAM\n`;
const many = 100_000;

describe('a text beyond the limits gets one error, and soon', () => {
  it.each([
    ['parentheses', frame(`x := ${'('.repeat(many)}1${')'.repeat(many)};`), 'E8001'],
    ['open parentheses', frame(`x := ${'('.repeat(many)}`), 'E8001'],
    ['signs', frame(`x := ${'-'.repeat(many)}1;`), 'E8001'],
    ['NOT', frame(`x := ${'NOT '.repeat(many)}1;`), 'E8001'],
    ['IF', frame('IF a THEN '.repeat(many)), 'E8001'],
    ['CASE', frame('CASE x OF 1: '.repeat(many)), 'E8001'],
    ['a chain of operators', frame(`x := ${'1 + '.repeat(many)}1;`), 'E8001'],
    ['a chain of members', frame(`x${'.a'.repeat(many)} := 1;`), 'E8001'],
    ['calls', frame('f('.repeat(many)), 'E8001'],
    ['indices', frame(`x${'[1'.repeat(many)}`), 'E8001'],
    ['comments', frame('(*'.repeat(many)), 'E8001'],
    ['types', `TYPE t : ${'ARRAY[0..1] OF '.repeat(many)}INT; END_TYPE`, 'E8001'],
    ['structures', `TYPE t : ${'STRUCT a : '.repeat(many)}`, 'E8001'],
    ['initial values', `PROGRAM p VAR a : INT := ${'['.repeat(many)}`, 'E8001'],
    ['namespaces', 'NAMESPACE a\n'.repeat(many), 'E8001'],
    ['parentheses in an instruction list', frame(`LD x\n${'AND(\n'.repeat(many)}`), 'E8001'],
    ['a name', frame(`${'a'.repeat(1_000_000)} := 1;`), 'E8002'],
    ['a string', frame(`x := '${'a'.repeat(1_000_000)}';`), 'E8002'],
    ['a number', frame(`x := ${'1'.repeat(100_000)};`), 'E8002'],
  ])('%s', (_, text, code) => {
    const started = process.cpuUsage();
    const { found } = parseDocument(text);
    expect(found.map((each) => each.code)).toEqual([code]);
    // Time of this process, whatever else the machine does; microseconds.
    expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
  });

  it('up to them it reads', () => {
    expect(parseDocument(frame(`x := ${'('.repeat(200)}1${')'.repeat(200)};`)).found).toEqual([]);
    expect(parseDocument(frame(`x := ${'1 + '.repeat(900)}1;`)).found).toEqual([]);
    expect(parseDocument(frame(`IF a THEN x := 1;\n${'ELSIF b THEN x := 2;\n'.repeat(5000)}END_IF;`)).found).toEqual(
      [],
    );
  });
});

describe('what is open at the end of the text', () => {
  it.each([
    ['a comment', '(* never', 'E1003', 3, 1],
    ['a C comment', '/* never', 'E1003', 3, 1],
    ['a pragma', '{ never', 'E1004', 3, 1],
  ])('is reported where it begins: %s', (_, body, code, line, column) => {
    const { found } = parseDocument(frame(body));
    expect(found.map((each) => [each.code, each.line, each.column])).toEqual([[code, line, column]]);
  });
});

describe('comments', () => {
  it('that do not nest are read as edition 2 does, with a warning', () => {
    const { declarations, found } = parseDocument('(* outer (* inner *)\nPROGRAM p\nEND_PROGRAM\n');
    expect(found.map((each) => each.code)).toEqual(['W1003']);
    expect(declarations).toHaveLength(1);
  });
  it('of OpenPLC may hold casts of C', () => {
    const { declarations, found } = parseDocument(
      '(*DBG:static x = (void *)&y; char *s = "*)";*)\nPROGRAM p\nEND_PROGRAM\n',
    );
    expect(found).toEqual([]);
    expect(declarations).toHaveLength(1);
  });
  it('may frame a description', () => {
    const { declarations, found } = parseDocument(
      '(*@KEY@:DESCRIPTION*)\nfree text; really\n(*@KEY@:END_DESCRIPTION*)\nPROGRAM p\nEND_PROGRAM\n',
    );
    expect(found).toEqual([]);
    expect(declarations).toHaveLength(1);
  });
});

describe('names of JavaScript', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'eval'])('%s is a name like others', (name) => {
    const { declarations, found } = parseDocument(
      `PROGRAM ${name} VAR ${name} : INT; END_VAR ${name} := 1; END_PROGRAM`,
    );
    expect(found).toEqual([]);
    expect(declarations[0]).toMatchObject({ name });
  });
});
