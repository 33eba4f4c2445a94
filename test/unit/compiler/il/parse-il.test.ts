import { parseInstructionList } from '../../../../server/src/compiler/st/parse-unit.js';
import type { IlInstruction } from '../../../../server/src/compiler/syntax/ast.js';
import { withProblems } from '../../../support/parse-source.js';
import { showTree } from '../../../support/show-syntax.js';

function show(i: IlInstruction): string {
  const operator = `${i.op}${i.conditional ? ' C' : ''}${i.negated ? ' N' : ''}`;
  const operands = i.operands.map((each) => ` ${showTree(each)}`).join(',');
  const nested = i.nested ? ` (${i.nested.map(show).join('; ')})` : '';
  const args = i.args?.map(
    (a) =>
      `${a.negated ? '!' : ''}${a.name ?? ''}${a.direction === 'in' ? '=' : '=>'}${a.list ? `(${a.list.map(show).join('; ')})` : a.value ? showTree(a.value) : ''}`,
  );
  return `${i.label === undefined ? '' : `${i.label}: `}${operator}${operands}${nested}${args ? ` {${args.join(' ')}}` : ''}`.trim();
}

describe('an instruction', () => {
  it.each([
    ['LD a', ['LD a']],
    ['ldn a.b[1]', ['LD N ([] (. a b) 1)']],
    ['LD -5', ['LD (- 5)']],
    ['LD %IX0.1', ['LD %IX:0.1']],
    ['LD T#1s', ['LD TIME:1000000000']],
    ['& a\n&N b', ['AND a', 'AND N b']],
    ['ADD a, b, 3', ['ADD a, b, 3']],
    ['S a\nR b\nSTN c', ['S a', 'R b', 'ST N c']],
    ['NOT\nRET\nRETC\nRETCN', ['NOT', 'RET', 'RET C', 'RET C N']],
    ['JMP on\nJMPC on\nJMPCN on', ['JMP on', 'JMP C on', 'JMP C N on']],
    ['on: LD a\noff:\nLD b\nend:', ['on: LD a', 'off: LD b', 'end:']],
    ['CAL fb', ['CAL fb']],
    ['CALC fb.inner(IN := a, Q => b, NOT R => c)', ['CAL C (. fb inner) {IN=a Q=>b !R=>c}']],
    ['CAL fb(\n  IN := a,\n  PT := T#1s\n)', ['CAL fb {IN=a PT=TIME:1000000000}']],
    ['CAL fb(a, 5)', ['CAL fb {=a =5}']],
    ['CU cnt\nPV cnt', ['CU cnt', 'PV cnt']],
    ['AND(\nLD a\nORN b\n)', ['AND (LD a; OR N b)']],
    ['XORN( a\nAND b\n)\nST c', ['XOR N a (AND b)', 'ST c']],
    ['AND( a\nOR( b\nAND c\n)\n)', ['AND a (OR b (AND c))']],
    ['LIMIT 1, 9', ['LIMIT 1, 9']],
    ['LIMIT(MN := 1, IN := (\nLD a\nADD 2\n), MX := 9)', ['LIMIT {MN=1 IN=(LD a; ADD 2) MX=9}']],
    ['ABS', ['ABS']],
    ['LD a;\nST b;', ['LD a', 'ST b']],
    ['LD a (* first *) ST b // second\nLD c', ['LD a', 'ST b', 'LD c']],
    ['LD a SUB b ST c ADD( d SUB e ) CAL f ST g', ['LD a', 'SUB b', 'ST c', 'ADD d (SUB e)', 'CAL f', 'ST g']],
    ['LD S\nST R\nADD LD', ['LD S', 'ST R', 'ADD LD']],
  ])('%j', (text, expected) => {
    const { result, found } = withProblems(text, parseInstructionList);
    expect(found).toEqual([]);
    expect(result.map(show)).toEqual(expected);
  });

  it.each([
    ['LD\nST a', 'E1116', 'needs an operand'],
    ['JMP\n', 'E1116', 'needs a label'],
    ['CAL\n', 'E1116', 'instance'],
    ['AND( a\nST b', 'E1116', 'not closed'],
    ['5 LD a', 'E1116', 'operator'],
    ['CAL fb(IN := a', 'E1116', '`)`'],
  ])('%j is reported, and the rest is read', (text, code, message) => {
    const { result, found } = withProblems(`${text}\nLD rest`, parseInstructionList);
    expect(found.map((each) => each.code)).toContain(code);
    expect(found.map((each) => each.message).join()).toContain(message);
    expect(result.length).toBeGreaterThanOrEqual(0);
  });
});
