import { foldName } from '../../model/identifier.js';
import { findFunction, findGlobal, findMember } from '../check/lookup.js';
import type { Compilation } from '../check/compilation.js';
import type { Scope, VariableSymbol } from '../check/symbols.js';
import type { Type } from '../check/types.js';
import type { Expression } from '../syntax/ast.js';

/**
 * E2007: a CONSTANT, and what an input has when it is left out, are known when the program is compiled: no variables, and no functions
 * of the program. IEC 61131-3:2013, 6.5.1.4. Addresses are left alone. Gives whether something was reported.
 */
export function checkConstantInitial(
  c: Compilation,
  variable: VariableSymbol,
  type: Type,
  expression: Expression,
  scope: Scope,
): boolean {
  const { constant, section, name } = variable;
  if (!constant && section !== 'VAR_INPUT') return false;
  if (type.kind !== 'elementary' && type.kind !== 'enum' && type.kind !== 'subrange' && type.kind !== 'string')
    return false;
  const culprit = variablePart(c, expression, scope);
  if (culprit === undefined) return false;
  const what = constant ? `The constant '${name}'` : `The initial value of the input '${name}'`;
  c.problems.report(
    'E2007',
    expression.span,
    `${what} depends on '${culprit}', which has its value only when the program runs; use literals and CONSTANT variables.`,
  );
  return true;
}

/** Name of a variable or function of the program that a value depends on. */
function variablePart(c: Compilation, node: Expression, scope: Scope): string | undefined {
  switch (node.kind) {
    case 'name': {
      const key = foldName(node.name);
      const found =
        scope.callable?.variables.get(key) ??
        (scope.block && findMember(scope.block, key)) ??
        findGlobal(c, scope, node.name);
      return found && !found.constant ? node.name : undefined;
    }
    case 'unary':
      return variablePart(c, node.operand, scope);
    case 'binary':
      return variablePart(c, node.left, scope) ?? variablePart(c, node.right, scope);
    case 'index':
    case 'partial':
      return variablePart(c, node.object, scope);
    case 'call': {
      if (node.callee.kind !== 'name') return undefined;
      if (findFunction(c, scope, node.callee.name)) return node.callee.name;
      // Of a variable they ask what is known of its declaration.
      if (/^(ADR|REF|SIZEOF|XSIZEOF|LOWER_BOUND|UPPER_BOUND|__.*)$/i.test(node.callee.name)) return undefined;
      for (const arg of node.args) {
        const found = arg.value && variablePart(c, arg.value, scope);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    default:
      return undefined;
  }
}
