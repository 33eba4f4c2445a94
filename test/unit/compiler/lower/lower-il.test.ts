import { lowerIl } from '../../../../server/src/compiler/lower/lower-il.js';
import { createProblems } from '../../../../server/src/compiler/problems.js';
import { parseInstructionList } from '../../../../server/src/compiler/st/parse-unit.js';
import type { Expression } from '../../../../server/src/compiler/syntax/ast.js';
import { showStatement } from '../../../support/show-statement.js';
import { StatementMachine } from '../../../support/statement-machine.js';

const instances = new Set(['CNT', 'FB', 'LATCH']);
const isInstance = (e: Expression): boolean => e.kind === 'name' && instances.has(e.name.toUpperCase());

function lower(text: string) {
  const problems = createProblems();
  const source = { file: 'x.il', text, language: 'IL' as const, firstLine: 1, firstColumn: 1 };
  const statements = lowerIl(parseInstructionList(source, problems), problems, {
    isFunction: (name) => name.toUpperCase() === 'SQRT',
    isInstance,
  });
  return { statements, codes: problems.list().map((found) => found.code) };
}

/** Runs a list on variables and gives the ones that it changed. */
function run(text: string, variables: Record<string, number | boolean>) {
  const { statements, codes } = lower(text);
  expect(codes).toEqual([]);
  const machine = new StatementMachine({
    SQRT: (_, args) => Math.sqrt(Number(args.get('0'))),
    LIMIT: (_, args) => {
      const [mn, x, mx] = ['0', '1', '2'].map((key, i) => Number(args.get(key) ?? args.get(['MN', 'IN', 'MX'][i]!)));
      return Math.min(Math.max(mn!, x!), mx!);
    },
    CNT: (m, args) => {
      for (const [name, value] of args) m.set(`cnt_${name}`, value);
      m.set('calls', Number(m.get('calls')) + 1);
      return undefined;
    },
  });
  for (const [name, value] of Object.entries({ calls: 0, ...variables })) machine.set(name, value);
  machine.scan(statements);
  const changed: Record<string, unknown> = {};
  for (const [key, value] of machine.store) {
    const name = key.toLowerCase();
    if (!key.startsWith('$') && value !== { calls: 0, ...variables }[name]) changed[name] = value;
  }
  return changed;
}

describe('an instruction list', () => {
  it.each([
    ['loads, combines and stores', 'LD a\nAND b\nST c', { a: true, b: true, c: false }, { c: true }],
    ['negates operands', 'LDN a\nORN b\nST c', { a: true, b: false, c: false }, { c: true }],
    ['keeps the result when its variable changes', 'LD a\nSTN a\nST b', { a: true, b: false }, { a: false, b: true }],
    ['goes on after a store', 'LD n\nADD 2\nST n\nMUL 3\nST m', { n: 1, m: 0 }, { n: 3, m: 9 }],
    ['defers an operator', 'LD 10\nSUB(\nLD 3\nADD 4\n)\nST n', { n: 0 }, { n: 3 }],
    ['defers with an operand', 'LD 10\nSUB( 3\nADD 4\n)\nST n', { n: 0 }, { n: 3 }],
    ['nests deferred operators', 'LD 1\nADD( 2\nMUL( 3\nADD 4\n)\n)\nST n', { n: 0 }, { n: 15 }],
    ['stores within parentheses', 'LD n\nADD( n\nADD 1\nST n\n)\nST m', { n: 5, m: 0 }, { n: 6, m: 11 }],
    ['sets and resets on a condition', 'LD a\nS b\nR c', { a: true, b: false, c: true }, { b: true, c: false }],
    ['leaves set and reset alone otherwise', 'LD a\nS b\nR c', { a: false, b: false, c: true }, {}],
    ['compares', 'LD n\nGT 3\nST a', { n: 4, a: false }, { a: true }],
    ['combines several operands', 'LD 1\nADD 2, 3\nST n', { n: 0 }, { n: 6 }],
    ['negates the result', 'LD a\nNOT\nST b', { a: false, b: false }, { b: true }],
    ['jumps', 'JMP on\nLD 1\nST n\non: LD 2\nST m', { n: 0, m: 0 }, { m: 2 }],
    ['jumps on a condition', 'LD a\nJMPC on\nLD 1\nST n\non: LD 2\nST m', { a: false, n: 0, m: 0 }, { n: 1, m: 2 }],
    ['jumps on a negated condition', 'LD a\nJMPCN on\nLD 1\nST n\non:\nLD 2\nST m', { a: false, n: 0, m: 0 }, { m: 2 }],
    ['carries the result over a jump', 'LD a\nJMPC on\nLD b\non: ST c', { a: true, b: false, c: false }, { c: true }],
    [
      'carries the result past a jump not taken',
      'LD a\nJMPC on\nLD b\non: ST c',
      { a: false, b: true, c: false },
      { c: true },
    ],
    ['loops', 'again: LD n\nADD 1\nST n\nLT 10\nJMPC again\nLD n\nMUL 2\nST m', { n: 0, m: 0 }, { n: 10, m: 20 }],
    [
      'carries the result around a loop',
      'LD 1\nagain: MUL 2\nST n\nLT 50\nJMPCN out\nLD n\nJMP again\nout: LD n\nST m',
      { n: 0, m: 0 },
      { n: 64, m: 64 },
    ],
    ['returns on a condition', 'LD a\nRETC\nLD 1\nST n', { a: true, n: 0 }, {}],
    ['calls a function with the result first', 'LD 12\nLIMIT 2, 3\nST n', { n: 0 }, { n: 3 }],
    ['calls a function with formal arguments', 'LIMIT(MN := 0, IN := n, MX := 5)\nST n', { n: 9 }, { n: 5 }],
    [
      'takes a list as an argument',
      'LIMIT(\nMN := 0,\nIN := (\nLD n\nADD 1\n),\nMX := 5\n)\nST m',
      { n: 2, m: 0 },
      { m: 3 },
    ],
    ['calls a function by CAL', 'LD 16\nCAL SQRT\nST n', { n: 0 }, { n: 4 }],
    ['calls an instance', 'CAL cnt(CU := TRUE)\nCAL cnt', {}, { calls: 2, cnt_cu: true }],
    [
      'calls an instance on a condition',
      'LD a\nCALC cnt\nCALCN cnt(CU := FALSE)',
      { a: false },
      { calls: 1, cnt_cu: false },
    ],
    [
      'gives inputs by operator',
      'LD a\nCU cnt\nLD n\nPV cnt',
      { a: true, n: 7 },
      { calls: 2, cnt_cu: true, cnt_pv: 7 },
    ],
    ['tells an input R from a reset', 'LD a\nR cnt\nR b', { a: true, b: true }, { b: false, calls: 1, cnt_r: true }],
    ['reads a list without line breaks', 'LD n SUB 2 ST m MUL m ADD( 3 SUB 1 ) ST n', { n: 5, m: 0 }, { m: 3, n: 11 }],
  ] as const)('%s', (_, text, variables, expected) => {
    expect(run(text, variables)).toEqual(expected);
  });

  it.each([
    ['an operator without a result', 'ADD 5\nST n', 'E4100'],
    ['a result that only one way loads', 'CAL fb\nagain: ST a\nLD b\nJMPC again', 'E4100'],
    ['a jump to nowhere', 'LD a\nJMPC nowhere', 'E4103'],
    ['a label twice', 'x: LD a\nx: ST b', 'E4103'],
    ['a jump within parentheses', 'LD a\nAND( b\nJMP x\n)\nST c\nx: LD a\nST c', 'E4101'],
    ['an operand of NOT', 'LD a\nNOT 5\nST b', 'E4102'],
    ['two operands of LD', 'LD a, b\nST c', 'E4102'],
    ['a missing operand', 'LD\nST c', 'E1116'],
    ['an open parenthesis', 'LD a\nAND( b\nST c', 'E1116'],
  ])('reports %s', (_, text, code) => {
    expect(lower(text).codes).toContain(code);
  });

  it('needs no temporary where nothing comes between', () => {
    expect(lower('LD a\nAND( b\nOR c\n)\nST d\nLD e\nST f').statements.map(showStatement)).toEqual([
      'd := (a AND (b OR c));',
      'f := e;',
    ]);
  });

  it('stays flat over thousands of instructions', () => {
    const { statements, codes } = lower(`LD n\n${'ADD 1\n'.repeat(10_000)}ST m`);
    expect(codes).toEqual([]);
    expect(statements.length).toBeGreaterThan(100);
    const machine = new StatementMachine();
    machine.set('n', 5);
    machine.scan(statements);
    expect(machine.get('m')).toBe(10_005);
  });
});
