import type { SourceSpan } from '../../model/source-span.js';
import type { BinaryOperator, Expression } from '../syntax/ast.js';

export const boolLiteral = (value: boolean, span: SourceSpan): Expression => ({ kind: 'bool', value, span });

export function negate(operand: Expression, span: SourceSpan): Expression {
  return operand.kind === 'bool' ? boolLiteral(!operand.value, span) : { kind: 'unary', op: 'NOT', operand, span };
}

/** Joins terms to a tree of least height, for later passes go through trees by recursion. */
function balanced(op: BinaryOperator, terms: readonly Expression[], span: SourceSpan): Expression {
  if (terms.length === 1) return terms[0]!;
  const middle = terms.length >> 1;
  return {
    kind: 'binary',
    op,
    left: balanced(op, terms.slice(0, middle), span),
    right: balanced(op, terms.slice(middle), span),
    span,
  };
}

const isBool = (term: Expression, value: boolean): boolean =>
  term.kind === 'bool' && term.typeName === undefined && term.value === value;

/** Wires that meet in one point: power flows where any of them has it. */
export function anyOf(terms: readonly Expression[], span: SourceSpan): Expression {
  if (terms.some((term) => isBool(term, true))) return boolLiteral(true, span);
  const rest = terms.filter((term) => !isBool(term, false));
  return rest.length === 0 ? boolLiteral(false, span) : balanced('OR', rest, span);
}
export function allOf(terms: readonly Expression[], span: SourceSpan): Expression {
  if (terms.some((term) => isBool(term, false))) return boolLiteral(false, span);
  const rest = terms.filter((term) => !isBool(term, true));
  return rest.length === 0 ? boolLiteral(true, span) : balanced('AND', rest, span);
}
