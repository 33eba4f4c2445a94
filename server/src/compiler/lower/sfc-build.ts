import type { SourceSpan } from '../../model/source-span.js';
import type { BinaryOperator, Expression, Statement, TypeNode, VariableDeclaration } from '../syntax/ast.js';

/** Small pieces of tree at one place of the source. */
export const nameAt = (name: string, span: SourceSpan): Expression => ({ kind: 'name', name, span });
/** `Motor.Running`: a variable written as a path. */
export function pathAt(path: string, span: SourceSpan): Expression {
  const [first, ...rest] = path.split('.');
  return rest.reduce<Expression>(
    (object, member) => ({ kind: 'member', object, member, memberSpan: span, span }),
    nameAt(first!, span),
  );
}
export const memberAt = (name: string, member: string, span: SourceSpan): Expression => ({
  kind: 'member',
  object: nameAt(name, span),
  member,
  memberSpan: span,
  span,
});
export const timeAt = (ns: bigint, span: SourceSpan): Expression => ({ kind: 'duration', ns, typeName: 'TIME', span });
export const nowAt = (span: SourceSpan): Expression => ({
  kind: 'call',
  callee: nameAt('__NOW', span),
  args: [],
  span,
});
export const binaryAt = (op: BinaryOperator, left: Expression, right: Expression, span: SourceSpan): Expression => ({
  kind: 'binary',
  op,
  left,
  right,
  span,
});
export const assignAt = (target: Expression, value: Expression, span: SourceSpan): Statement => ({
  kind: 'assign',
  op: ':=',
  target,
  value,
  span,
});
export const letAt = (name: string, value: Expression, span: SourceSpan): Statement => ({
  kind: 'let',
  name,
  value,
  span,
});
export const ifAt = (
  condition: Expression,
  body: readonly Statement[],
  span: SourceSpan,
  otherwise?: readonly Statement[],
): Statement => ({
  kind: 'if',
  branches: [{ condition, body, span }],
  ...(otherwise && otherwise.length > 0 && { otherwise }),
  span,
});
export const callAt = (callee: Expression, span: SourceSpan): Statement => ({
  kind: 'expression',
  expression: { kind: 'call', callee, args: [], span },
  span,
});

const named = (name: string, span: SourceSpan): TypeNode => ({ kind: 'named', name, span });
/** A hidden variable of the POU. */
export function hiddenAt(name: string, type: 'BOOL' | 'TIME', span: SourceSpan): VariableDeclaration {
  const { element } = span.source;
  return { name, type: named(type, span), hidden: true, ...(element && { element }), span };
}
/** The variable of a step, `Step.X` and `Step.T`; `initial` makes it active from the start. */
export function stepVariable(name: string, initial: boolean, hidden: boolean, span: SourceSpan): VariableDeclaration {
  const { element } = span.source;
  const value: Expression = {
    kind: 'structInit',
    members: [{ name: 'X', value: { kind: 'bool', value: true, span }, span }],
    span,
  };
  return {
    name,
    type: named('__SFC_STEP', span),
    ...(initial && { initial: value }),
    ...(hidden && { hidden: true as const }),
    ...(element && { element }),
    span,
  };
}
