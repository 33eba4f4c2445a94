import { commonNumber, isBits, isInteger, isReal } from '../check/conversion.js';
import { sameType } from '../check/type-name.js';
import { sizeOf } from '../check/type-size.js';
import { elementaryTypes as e, underlying, type ElementaryType, type Type } from '../check/types.js';
import type { SourceSpan } from '../../model/source-span.js';
import type { BinaryOp, IrExpr } from '../ir/ir.js';
import type { BinaryExpression, BinaryOperator } from '../syntax/ast.js';
import { foldBinary } from './fold-operator.js';
import type { FunctionBuilder } from './function-builder.js';
import { binary, unary } from '../ir/make.js';
import { constantOf, operandType, rvalue, typedConstant, valueAs, wideOf } from './lower-convert.js';
import { addressOf } from './lower-place.js';
import { lowerStandardOperator } from './lower-standard.js';
import { type Operand } from './operand.js';
import { both, durationAsNumber, functionOf, isStrictReference, reportOperator } from './operator-operands.js';

/** Comparisons: numbers in their common type, times, texts, enumerations, addresses. */
export function combineComparison(f: FunctionBuilder, node: BinaryExpression, l: Operand, r: Operand): Operand {
  const [left, right] = both(f, selfAsAddress(f, l, r), selfAsAddress(f, r, l), false);
  const a = underlying(operandType(left));
  const b = underlying(operandType(right));
  if (a.kind === 'elementary' && b.kind === 'elementary') {
    const type = a === b ? a : (commonNumber(a, b) ?? sameGroup(a, b) ?? durationAsNumber(f, a, b));
    if (type) return compareElementary(f, node, left, right, type);
  }
  const address = (t: Type): boolean => t.kind === 'pointer' || t.kind === 'interface' || t.kind === 'null';
  const addressLike = (t: Type): boolean => address(t) || (t.kind === 'elementary' && (isBits(t) || isInteger(t)));
  if (isStrictReference(f, a) || isStrictReference(f, b)) {
    const equality = node.op === '=' || node.op === '<>';
    const isReference = (operand: Operand, type: Type): boolean => address(type) || constantOf(operand) === 0n;
    if (!equality || !isReference(left, a) || !isReference(right, b)) return reportOperator(f, node, l, r);
  }
  if ((address(a) && addressLike(b)) || (address(b) && addressLike(a)))
    return compareAddresses(f, node, left, right, a, b);
  if (a.kind === 'string' || b.kind === 'string' || (a.kind === 'elementary' && b.kind === 'elementary')) {
    return lowerStandardOperator(
      f,
      functionOf[node.op]!,
      [left, right],
      [node.left.span, node.right.span],
      node.span,
      () => reportOperator(f, node, l, r),
    );
  }
  return reportOperator(f, node, l, r);
}

/** THIS beside a pointer is the address of the instance. */
function selfAsAddress(f: FunctionBuilder, operand: Operand, other: Operand): Operand {
  if (operand.kind !== 'place' || operand.self !== true || operandType(other).kind !== 'pointer') return operand;
  const ir = addressOf(f, operand.place, sizeOf(operand.type));
  return ir ? { kind: 'value', type: operandType(other), ir } : operand;
}

/** TIME with LTIME, DATE with LDATE and so on. */
function sameGroup(a: ElementaryType, b: ElementaryType): ElementaryType | undefined {
  return a.group === b.group && a.num === 'i64' && b.num === 'i64' && a.group !== 'bits' ? a : undefined;
}

function compareElementary(
  f: FunctionBuilder,
  node: BinaryExpression,
  left: Operand,
  right: Operand,
  type: ElementaryType,
): Operand {
  const x = constantOf(left);
  const y = constantOf(right);
  const folded = x !== undefined && y !== undefined ? foldBinary(node.op, x, y) : undefined;
  if (folded !== undefined) return typedConstant(f, e.BOOL, folded);
  const native = (wideOf(left) ?? wideOf(right)) !== undefined && !isReal(type) && type.size < e.DINT.size;
  const compared = native ? e.DINT : type;
  const first = valueAs(f, left, compared, node.span);
  const second = valueAs(f, right, compared, node.span);
  return { kind: 'value', type: e.BOOL, ir: binary(comparisonCode(node.op, compared), first, second) };
}

const comparisonNames: Partial<Record<BinaryOperator, 'eq' | 'ne' | 'lt' | 'gt' | 'le' | 'ge'>> = {
  '=': 'eq',
  '<>': 'ne',
  '<': 'lt',
  '>': 'gt',
  '<=': 'le',
  '>=': 'ge',
};

export function comparisonCode(op: BinaryOperator, type: ElementaryType): BinaryOp {
  const name = comparisonNames[op]!;
  if (isReal(type)) return `${type.num as 'f32' | 'f64'}.${name}`;
  const num = type.num as 'i32' | 'i64';
  if (name === 'eq' || name === 'ne') return `${num}.${name}`;
  const signed =
    type.group === 'signed' || type.num === 'i64' ? type.group !== 'unsigned' && type.group !== 'bits' : false;
  return `${num}.${name}_${signed ? 's' : 'u'}`;
}

function compareAddresses(
  f: FunctionBuilder,
  node: BinaryExpression,
  left: Operand,
  right: Operand,
  a: Type,
  b: Type,
): Operand {
  if (
    a.kind === 'pointer' &&
    b.kind === 'pointer' &&
    f.c.profile.implicitConversion === 'widening' &&
    a.target.kind !== 'void' &&
    b.target.kind !== 'void' &&
    !sameType(a, b)
  ) {
    return reportOperator(f, node, left, right);
  }
  const asAddress = (operand: Operand, type: Type, span: SourceSpan): IrExpr => {
    const value = rvalue(f, operand, span);
    return type.kind === 'elementary' && type.num === 'i64' ? unary('i32.wrap_i64', value) : value;
  };
  return {
    kind: 'value',
    type: e.BOOL,
    ir: binary(
      comparisonCode(node.op, e.UDINT),
      asAddress(left, a, node.left.span),
      asAddress(right, b, node.right.span),
    ),
  };
}
