import { foldName } from '../../model/identifier.js';
import { declareFunction } from '../check/declare-pou.js';
import { findFunction } from '../check/lookup.js';
import type { CallableSymbol } from '../check/symbols.js';
import { sameType, typeName } from '../check/type-name.js';
import { elementaryTypes as e, type Type } from '../check/types.js';
import { commonType } from '../stdlib/arguments.js';
import type { ArgumentInfo } from '../stdlib/standard-function.js';
import type { CallExpression, PouDeclaration, TypeNode } from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';
import { groupsOf, integers, withDerived, withText } from './generic-groups.js';
import { constantOf, operandType } from './lower-convert.js';
import { lowerExpression } from './lower-expression.js';

/**
 * The function that a call of a generic one means, by the types of its arguments: `f__INT` where somebody has written that, else the
 * body of `f` itself with the types put in. Undefined after a reported problem.
 */
export function genericInstance(
  f: FunctionBuilder,
  declaration: PouDeclaration,
  node: CallExpression,
): CallableSymbol | undefined {
  const given = argumentsByParameter(f, declaration, node);
  const chosen = new Map<string, string>();
  for (const { name, constraint } of declaration.generics ?? []) {
    const infos = given.flatMap(({ type, info }) =>
      type.kind === 'named' && foldName(type.name) === foldName(name) ? [info] : [],
    );
    const found = typeFor(f, infos, foldName(constraint));
    if (typeof found !== 'string') {
      const why = `its type ${name} ${found.problem}`;
      f.c.problems.report('E4016', node.span, `'${declaration.name}' can't be called so: ${why}.`);
      return undefined;
    }
    chosen.set(foldName(name), found);
  }
  const instance = [declaration.name, ...chosen.values()].join('__');
  const known = findFunction(f.c, f.scope, [...declaration.namespace, instance].join('.'));
  if (known) return known;
  if (declaration.body?.kind !== 'statements' || declaration.body.statements.every((s) => s.kind === 'empty')) {
    f.c.problems.report(
      'W2018',
      node.callee.span,
      `There is no function '${instance}', which '${declaration.name}' stands for here: it does nothing; declare it, or give '${declaration.name}' a body.`,
    );
  }
  const irName = [...declaration.namespace, instance].join('.');
  const symbol = declareFunction(f.c, withTypes(declaration, chosen), irName);
  f.c.table.functions.set(foldName(irName), symbol);
  return symbol;
}

interface Given {
  readonly type: TypeNode;
  readonly info: ArgumentInfo;
}

/** Arguments with the declared types of their parameters. They are lowered only to know their types. */
function argumentsByParameter(f: FunctionBuilder, declaration: PouDeclaration, node: CallExpression): Given[] {
  const parameters = declaration.blocks.flatMap((block) =>
    ['VAR_INPUT', 'VAR_IN_OUT', 'VAR_OUTPUT'].includes(block.section) ? block.variables : [],
  );
  let next = 0;
  return node.args.flatMap((arg) => {
    const { value, name } = arg;
    const parameter =
      name === undefined ? parameters[next] : parameters.find((one) => foldName(one.name) === foldName(name));
    if (name === undefined) next += 1;
    if (!parameter || !value) return [];
    let info: ArgumentInfo | undefined;
    f.capture(() => {
      const operand = lowerExpression(f, value);
      const constant = constantOf(operand);
      if (operand.kind !== 'error')
        info = { type: operandType(operand), span: value.span, ...(constant !== undefined && { constant }) };
    });
    return info ? [{ type: parameter.type, info }] : [];
  });
}

/** Kinds of types that a declaration has given a name. */
const namedKinds: ReadonlySet<Type['kind']> = new Set(['struct', 'enum', 'instance']);

function typeFor(
  f: FunctionBuilder,
  infos: readonly ArgumentInfo[],
  constraint: string,
): string | { readonly problem: string } {
  const groups = groupsOf[constraint];
  if (!groups) return { problem: `has no constraint of figure 5, but ${constraint}` };
  const isText = (type: Type): boolean =>
    type.kind === 'string' || (type.kind === 'literal' && (type.form === 'string' || type.form === 'wstring'));
  const text = infos.find(({ type }) => isText(type));
  if (text && withText.has(constraint)) {
    const { type } = text;
    return (type.kind === 'string' && type.wide) || (type.kind === 'literal' && type.form === 'wstring')
      ? 'WSTRING'
      : 'STRING';
  }
  if (infos.length === 0) return { problem: 'follows from no argument' };
  const derived = infos.find(({ type }) => namedKinds.has(type.kind))?.type;
  if (derived && withDerived.has(constraint)) {
    const other = infos.find(({ type }) => !sameType(type, derived));
    return other ? { problem: `is ${typeName(derived)} and ${typeName(other.type)}` } : typeName(derived);
  }
  const allowed = new Set(groups);
  // A whole number stands for a REAL where only those are taken.
  const widened = constraint === 'ANY_REAL' ? new Set([...groups, ...integers]) : allowed;
  const found = commonType(infos, widened, constraint, f.c.profile);
  if ('problem' in found) return found;
  return allowed.has(found.group) ? typeName(found) : typeName(e.REAL);
}

/** The declaration with types for its type parameters. */
function withTypes(declaration: PouDeclaration, chosen: ReadonlyMap<string, string>): PouDeclaration {
  const typed = (node: TypeNode): TypeNode => {
    switch (node.kind) {
      case 'named': {
        const name = chosen.get(foldName(node.name));
        if (name === undefined) return node;
        const { span } = node;
        return name === 'STRING' || name === 'WSTRING'
          ? { kind: 'string', wide: name === 'WSTRING', span }
          : { kind: 'named', name, span };
      }
      case 'array':
        return { ...node, element: typed(node.element) };
      case 'pointer':
        return { ...node, target: typed(node.target) };
      default:
        return node;
    }
  };
  const { generics: _generics, returnType, ...rest } = declaration;
  return {
    ...rest,
    ...(returnType && { returnType: typed(returnType) }),
    blocks: declaration.blocks.map((block) => ({
      ...block,
      variables: block.variables.map((variable) => ({ ...variable, type: typed(variable.type) })),
    })),
  };
}
