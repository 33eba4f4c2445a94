import type { Expression, Statement } from '../../server/src/compiler/syntax/ast.js';

/** Expressions and statements in a short notation for tests: every operation in parentheses, `let` for temporaries. */
export function showExpression(e: Expression): string {
  switch (e.kind) {
    case 'int':
    case 'real':
      return String(e.value);
    case 'bool':
      return e.value ? 'TRUE' : 'FALSE';
    case 'string':
      return `'${e.value}'`;
    case 'duration':
      return `T#${e.ns / 1_000_000n}ms`;
    case 'name':
      return e.name;
    case 'member':
      return `${showExpression(e.object)}.${e.member}`;
    case 'index':
      return `${showExpression(e.object)}[${e.indices.map(showExpression).join(', ')}]`;
    case 'call': {
      const args = e.args.map(
        (a) =>
          `${a.name === undefined ? '' : `${a.name} ${a.direction === 'in' ? ':=' : '=>'} `}${a.value ? showExpression(a.value) : ''}`,
      );
      return `${showExpression(e.callee)}(${args.join(', ')})`;
    }
    case 'unary':
      return e.op === 'NOT' ? `NOT ${showExpression(e.operand)}` : `${e.op}${showExpression(e.operand)}`;
    case 'binary':
      return `(${showExpression(e.left)} ${e.op} ${showExpression(e.right)})`;
    default:
      return `<${e.kind}>`;
  }
}

export function showStatement(s: Statement): string {
  const block = (list: readonly Statement[]) => list.map(showStatement).join(' ');
  switch (s.kind) {
    case 'assign':
      return `${showExpression(s.target)} ${s.op} ${showExpression(s.value)};`;
    case 'expression':
      return `${showExpression(s.expression)};`;
    case 'let':
      return `let ${s.name} = ${showExpression(s.value)};`;
    case 'if':
      return `IF ${s.branches.map((b) => `${showExpression(b.condition)} THEN ${block(b.body)}`).join(' ELSIF ')}${s.otherwise ? ` ELSE ${block(s.otherwise)}` : ''} END_IF;`;
    case 'jump':
      return `JMP ${s.label};`;
    case 'label':
      return `${s.label}:`;
    default:
      return `${s.kind};`;
  }
}
