import { isBits, isInteger, isNumber } from '../check/conversion.js';
import { typeName } from '../check/type-name.js';
import { elementaryTypes as e, type Type } from '../check/types.js';
import type { BinaryExpression, BinaryOperator, Expression } from '../syntax/ast.js';

const comparisons: ReadonlySet<BinaryOperator> = new Set(['=', '<>', '<', '>', '<=', '>=']);
const logic: ReadonlySet<BinaryOperator> = new Set(['AND', 'OR', 'XOR', 'AND_THEN', 'OR_ELSE']);

const textOf = ({ span }: Expression): string => {
  const text = span.source.text.slice(span.start, span.end);
  return text.length > 40 ? 'the value' : text;
};

const isText = (type: Type): boolean =>
  type.kind === 'string' || (type.kind === 'literal' && (type.form === 'string' || type.form === 'wstring'));
const isBool = (type: Type): boolean => type === e.BOOL || (type.kind === 'literal' && type.form === 'bool');
const isWhole = (type: Type): boolean =>
  (type.kind === 'elementary' && (isInteger(type) || isBits(type))) || (type.kind === 'literal' && type.form === 'int');
const isDuration = (type: Type): boolean => type.kind === 'elementary' && type.group === 'duration';
const isFraction = (type: Type): boolean =>
  (type.kind === 'elementary' && type.group === 'real') || (type.kind === 'literal' && type.form === 'real');

/** What to do about an operator that does not work on the types of its operands. */
export function operatorAdvice(node: BinaryExpression, a: Type, b: Type): string {
  const { op, left, right } = node;
  for (const [type, side] of [
    [a, left],
    [b, right],
  ] as const) {
    if (type.kind === 'instance') return `name one of its outputs, as in ${textOf(side)}.Q`;
    if (type.kind === 'array') return `name one of its elements, as in ${textOf(side)}[1]`;
    if (type.kind === 'struct') return `name one of its members with a dot`;
  }
  if (a.kind === 'pointer' || b.kind === 'pointer')
    return 'references are compared with = and <> alone; ^ behind one means the variable that it refers to';
  if (comparisons.has(op)) {
    if (left.kind === 'binary' && comparisons.has(left.op))
      return `a comparison gives a BOOL: join two with AND, as in ${textOf(left)} AND ${textOf(left.right)} ${op} ${textOf(right)}`;
    if (isBool(a) || isBool(b))
      return `a BOOL is a condition by itself: write ${textOf(isBool(a) ? left : right)}, or NOT before it`;
  }
  if (logic.has(op)) {
    const number = isBool(a) && !isBool(b) ? right : isBool(b) && !isBool(a) ? left : undefined;
    if (number) return `compare the number, as in ${textOf(number)} <> 0`;
    return 'both sides are BOOL, or both are bit strings or integers';
  }
  if (isText(a) || isText(b)) {
    return op === '+'
      ? 'texts are joined with CONCAT(a, b), and numbers become texts with TO_STRING(x)'
      : convertAdvice(a, b);
  }
  if (isBool(a) || isBool(b)) return 'combine BOOLs with AND and OR, or make a number with BOOL_TO_INT(x)';
  if (isDuration(a) !== isDuration(b) && (isWhole(a) || isWhole(b) || isFraction(a) || isFraction(b)))
    return 'write the number as a duration, such as T#5s';
  if (op === 'MOD') return 'MOD is for integers: convert with REAL_TO_DINT(x) before';
  return convertAdvice(a, b);
}

/** A conversion function where the types have one. */
function convertAdvice(a: Type, b: Type): string {
  const named = (type: Type): boolean => type.kind === 'elementary' && (isNumber(type) || isBits(type));
  if (a.kind === 'elementary' && b.kind === 'elementary' && named(a) && named(b) && a !== b)
    return `convert one of them, as in ${typeName(b)}_TO_${typeName(a)}(...)`;
  return 'convert one of them';
}
