import type {
  Argument,
  Expression,
  Statement,
  TypeNode,
  VariableDeclaration,
} from '../../server/src/compiler/syntax/ast.js';

/** Syntax trees as S-expressions, for tests of the parser: every field that a node has, spans left out. */
export function showTree(e: Expression): string {
  switch (e.kind) {
    case 'int':
      return `${e.typeName === undefined ? '' : `${e.typeName}#`}${e.value}${e.base === 10 ? '' : `_${e.base}`}`;
    case 'real':
      return `${e.typeName === undefined ? '' : `${e.typeName}#`}${e.value}r`;
    case 'bool':
      return `${e.typeName === undefined ? '' : 'BOOL#'}${e.value ? 'TRUE' : 'FALSE'}`;
    case 'string':
      return `${e.typeName === undefined ? '' : `${e.typeName}#`}${e.wide ? 'w' : ''}${JSON.stringify(e.value)}`;
    case 'duration':
    case 'date':
      return `${e.typeName}:${e.ns}`;
    case 'null':
    case 'this':
    case 'super':
      return e.kind.toUpperCase();
    case 'enumLiteral':
      return `${e.typeName}#${e.value}`;
    case 'name':
      return e.name;
    case 'member':
      return `(. ${showTree(e.object)} ${e.member})`;
    case 'deref':
      return `(^ ${showTree(e.object)})`;
    case 'index':
      return `([] ${[e.object, ...e.indices].map(showTree).join(' ')})`;
    case 'partial':
      return `(.% ${showTree(e.object)} ${e.size}${typeof e.index === 'number' ? e.index : e.index.name})`;
    case 'direct':
      return `%${e.area}${e.size}:${e.path.length === 0 ? '*' : e.path.join('.')}`;
    case 'call':
      return `(call ${[showTree(e.callee), ...e.args.map(showArgument)].join(' ')})`;
    case 'unary':
      return `(${e.op} ${showTree(e.operand)})`;
    case 'binary':
      return `(${e.op} ${showTree(e.left)} ${showTree(e.right)})`;
    case 'arrayInit':
      return `[${e.elements.map((each) => (each.repeat ? `${showTree(each.repeat)}*(${each.values.map(showTree).join(' ')})` : each.values.map(showTree).join(' '))).join(', ')}]`;
    case 'structInit':
      return `{${e.members.map((each) => `${each.name}=${showTree(each.value)}`).join(', ')}}`;
    case 'defaultInit':
      return '<default>';
    default:
      return e satisfies never;
  }
}

const showArgument = (a: Argument): string =>
  `${a.negated ? '!' : ''}${a.name === undefined ? '' : `${a.name}${a.direction === 'in' ? '=' : '=>'}`}${a.value ? showTree(a.value) : ''}`;

export function showBlock(statements: readonly Statement[]): string {
  return statements.map(showOne).join(' ');
}

function showOne(s: Statement): string {
  const otherwise = (list?: readonly Statement[]) => (list ? ` else ${showBlock(list)}` : '');
  switch (s.kind) {
    case 'assign':
      return `(${s.op} ${showTree(s.target)} ${showTree(s.value)})`;
    case 'expression':
      return showTree(s.expression);
    case 'let':
      return `(let ${s.name} ${showTree(s.value)})`;
    case 'if':
      return `(if ${s.branches.map((b) => `${showTree(b.condition)} ${showBlock(b.body)}`).join(' elsif ')}${otherwise(s.otherwise)})`;
    case 'case':
      return `(case ${showTree(s.selector)} ${s.branches
        .map(
          (b) =>
            `${b.labels.map((l) => `${showTree(l.low)}${l.high ? `..${showTree(l.high)}` : ''}`).join(',')}: ${showBlock(b.body)}`,
        )
        .join(' | ')}${otherwise(s.otherwise)})`;
    case 'for':
      return `(for ${[s.variable, s.from, s.to, ...(s.by ? [s.by] : [])].map(showTree).join(' ')} do ${showBlock(s.body)})`;
    case 'while':
      return `(while ${showTree(s.condition)} ${showBlock(s.body)})`;
    case 'repeat':
      return `(repeat ${showBlock(s.body)} until ${showTree(s.until)})`;
    case 'return':
      return s.value ? `(return ${showTree(s.value)})` : '(return)';
    case 'jump':
    case 'label':
      return `(${s.kind} ${s.label})`;
    case 'exit':
    case 'continue':
    case 'empty':
      return `(${s.kind})`;
    default:
      return s satisfies never;
  }
}

export function showType(t: TypeNode): string {
  switch (t.kind) {
    case 'named':
      return t.name;
    case 'string':
      return `${t.wide ? 'WSTRING' : 'STRING'}${t.length ? `[${showTree(t.length)}]` : ''}`;
    case 'array':
      return `ARRAY[${t.dimensions.map((d) => (d.low && d.high ? `${showTree(d.low)}..${showTree(d.high)}` : '*')).join(',')}] OF ${showType(t.element)}`;
    case 'struct':
      return `${t.union ? 'UNION' : 'STRUCT'}${t.extends === undefined ? '' : ` EXTENDS ${t.extends}`} {${t.members.map(showVariable).join('; ')}}`;
    case 'enum':
      return `(${t.values.map((v) => `${v.name}${v.value ? `=${showTree(v.value)}` : ''}`).join(', ')})${t.base ? ` ${showType(t.base)}` : ''}`;
    case 'subrange':
      return `${showType(t.base)}(${showTree(t.low)}..${showTree(t.high)})`;
    case 'pointer':
      return `${t.form} ${showType(t.target)}`;
    default:
      return t satisfies never;
  }
}

export function showVariable(v: VariableDeclaration): string {
  const args = v.args ? `(${v.args.map(showArgument).join(' ')})` : '';
  return `${v.name}${v.location ? ` @${showTree(v.location)}` : ''}: ${showType(v.type)}${args}${v.edge ? ` ${v.edge}` : ''}${v.initial ? ` := ${showTree(v.initial)}` : ''}`;
}
