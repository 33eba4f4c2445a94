import { resolveType } from '../check/resolve-type.js';
import type { Initial, Type } from '../check/types.js';
import type { Argument, Expression, TypeNode } from '../syntax/ast.js';
import { dottedName } from './dotted-name.js';
import type { FunctionBuilder } from './function-builder.js';

/** A type where an expression stands: `INT`, `Lib.Motor`, `STRING(80)`, `Motor(speed := 3)`. */
export interface TypeArgument {
  readonly type: Type;
  /** The initial value that comes with the type's name. */
  readonly initial?: Initial;
  /** What stands in parentheses behind the name of a block. */
  readonly args?: readonly Argument[];
}

/** Reads an argument as a type; undefined after a reported problem. */
export function typeArgument(f: FunctionBuilder, node: Expression, what: string): TypeArgument | undefined {
  const found = typeNodeOf(node);
  if (!found) {
    f.c.problems.report('E2010', node.span, `${what} takes the name of a type; declare a TYPE for what has none.`);
    return undefined;
  }
  const use = resolveType(f.c, found.node, f.scope);
  if (use.type.kind === 'error') return undefined;
  return { ...use, ...(found.args && { args: found.args }) };
}

function typeNodeOf(node: Expression): { readonly node: TypeNode; readonly args?: readonly Argument[] } | undefined {
  const { span } = node;
  switch (node.kind) {
    case 'name':
    case 'member': {
      const name = dottedName(node);
      return name === undefined ? undefined : { node: { kind: 'named', name, span } };
    }
    case 'call': {
      const length = node.args[0]?.value;
      const text = textType(node.callee);
      if (text && node.args.length === 1 && length) return { node: { kind: 'string', ...text, length, span } };
      const name = dottedName(node.callee);
      return name === undefined
        ? undefined
        : { node: { kind: 'named', name, span: node.callee.span }, args: node.args };
    }
    case 'index': {
      const text = textType(node.object);
      const [length] = node.indices;
      return text && length ? { node: { kind: 'string', ...text, length, span } } : undefined;
    }
    default:
      return undefined;
  }
}

function textType(node: Expression): { readonly wide: boolean } | undefined {
  if (node.kind !== 'name') return undefined;
  const name = node.name.toUpperCase();
  return name === 'STRING' || name === 'WSTRING' ? { wide: name === 'WSTRING' } : undefined;
}
