import { commonNumber, isBits, isInteger, isNumber, isReal } from '../check/conversion.js';
import { elementaryTypes as e, underlying, type ElementaryType, type Type } from '../check/types.js';
import type { Constant } from '../check/compilation.js';
import type { SourceSpan } from '../../model/source-span.js';
import type { IrExpr } from '../ir/ir.js';
import type { BinaryExpression } from '../syntax/ast.js';
import { guardDivisor } from './check-function.js';
import { foldBinary, foldTypedBinary } from './fold-operator.js';
import type { FunctionBuilder } from './function-builder.js';
import { binary, unary } from '../ir/make.js';
import { constantOf, operandType, rvalue, typedConstant, valueAs, wideOf } from './lower-convert.js';
import { checkOverflow } from './lower-overflow.js';
import { lowerStandardOperator } from './lower-standard.js';
import { wrapInteger } from '../stdlib/wrap-integer.js';
import { errorOperand, type Operand } from './operand.js';
import {
  both,
  durationAsNumber,
  functionOf,
  isStrictReference,
  reportOperator,
  reportZeroDivisor,
} from './operator-operands.js';

/** Arithmetic on numbers and pointers; on times and mixed operands the standard function of the same meaning. */
export function combineArithmetic(
  f: FunctionBuilder,
  node: BinaryExpression,
  l: Operand,
  r: Operand,
  expected: Type | undefined,
): Operand {
  const [left, right] = both(f, l, r, false);
  const a = underlying(operandType(left));
  const b = underlying(operandType(right));
  if (a.kind === 'error' || b.kind === 'error') return errorOperand;
  if (isStrictEnum(operandType(l)) || isStrictEnum(operandType(r))) return reportOperator(f, node, l, r);
  if (isStrictReference(f, a) || isStrictReference(f, b)) return reportOperator(f, node, l, r);
  if (a.kind === 'pointer' || b.kind === 'pointer') return pointerArithmetic(f, node, left, right, a, b);
  // CODESYS moves a date by a duration.
  const moves =
    a.kind === 'elementary' &&
    b.kind === 'elementary' &&
    a.group === 'date' &&
    b.group === 'duration' &&
    (node.op === '+' || node.op === '-');
  if (moves && f.c.profile.name !== 'matiec') {
    return {
      kind: 'value',
      type: a,
      ir: binary(
        node.op === '+' ? 'i64.add' : 'i64.sub',
        rvalue(f, left, node.left.span),
        rvalue(f, right, node.right.span),
      ),
    };
  }
  const type =
    a.kind === 'elementary' && b.kind === 'elementary' && node.op !== '**'
      ? (commonNumber(a, b) ?? (node.op === '+' || node.op === '-' ? durationAsNumber(f, a, b) : undefined))
      : undefined;
  if (type && type !== e.BOOL && (isNumber(type) || isBits(type)) && !(node.op === 'MOD' && isReal(type)))
    return computeNumber(f, node, left, right, type);
  // `2.0 ** 3.0` is what its context wants, as EXPT of the two is.
  const open = node.op === '**' && l.kind === 'literal' && r.kind === 'literal';
  return callStandard(f, node, [l, r], open ? [l, r] : [left, right], expected);
}

/** Values of an enumeration with the attribute `strict` are not reckoned with. */
const isStrictEnum = (type: Type): boolean => type.kind === 'enum' && type.strict === true;

/** `given` are the operands as they stand in the program, `operands` what they are to each other. */
function callStandard(
  f: FunctionBuilder,
  node: BinaryExpression,
  given: readonly [Operand, Operand],
  operands: readonly [Operand, Operand],
  expected: Type | undefined,
): Operand {
  return lowerStandardOperator(
    f,
    functionOf[node.op]!,
    operands,
    [node.left.span, node.right.span],
    node.span,
    () => reportOperator(f, node, ...given),
    expected,
  );
}

const numeric = (value: Constant, type: ElementaryType): Constant =>
  isReal(type) && typeof value === 'bigint' ? Number(value) : value;

function computeNumber(
  f: FunctionBuilder,
  node: BinaryExpression,
  left: Operand,
  right: Operand,
  type: ElementaryType,
): Operand {
  const native = f.c.profile.temporaries === 'native' && !isReal(type) && type.size < e.DINT.size;
  const computed = native ? e.DINT : type;
  const x = constantOf(left);
  const y = constantOf(right);
  const divides = node.op === '/' || node.op === 'MOD';
  if (divides && !isReal(type) && y === 0n) {
    reportZeroDivisor(f, node.right.span);
    return errorOperand;
  }
  if (x !== undefined && y !== undefined) {
    const folded = foldTypedBinary(node.op, numeric(x, type), numeric(y, type), type);
    const exact = foldBinary(node.op, numeric(x, type), numeric(y, type));
    if (native) {
      // What 32 bits hold is a DINT where the type does not hold it.
      const wide = foldTypedBinary(node.op, x, y, e.DINT);
      if (wide !== undefined) return typedConstant(f, wide === folded ? type : e.DINT, wide);
    } else if (folded !== undefined) {
      if (folded !== exact && isInteger(type)) {
        f.c.problems.report(
          'W3004',
          node.span,
          `${String(exact)} is outside ${type.name}, and the constants here are of this type: it becomes ${String(folded)}; convert one of them to a larger type.`,
        );
      }
      return typedConstant(f, type, folded);
    }
  }
  const first = valueAs(f, left, computed, node.span);
  let second = valueAs(f, right, computed, node.span);
  if (isReal(type)) {
    const real = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div' } as const;
    if (node.op === '/' && y === undefined) second = guardDivisor(f, second, type, node.right.span);
    const ir = binary(`${type.num as 'f32' | 'f64'}.${real[node.op as '+']}`, first, second);
    return { kind: 'value', type, ir: checkOverflow(f, node, type, ir, first, second) };
  }
  if (divides && y === undefined) second = guardDivisor(f, second, computed, node.right.span);
  if (divides && !f.trusted && (y === undefined || y === 0n))
    second = { op: 'checkNonZero', type: type.num as 'i32' | 'i64', value: second, site: f.site(node.span) };
  const sign = computed.group === 'signed' ? 's' : 'u';
  const integer = { '+': 'add', '-': 'sub', '*': 'mul', '/': `div_${sign}`, MOD: `rem_${sign}` } as const;
  const raw = binary(`${type.num as 'i32' | 'i64'}.${integer[node.op as '+' | '/' | 'MOD']}`, first, second);
  if (f.c.profile.integerOverflow === 'fault' && !f.trusted)
    return { kind: 'value', type, ir: checkOverflow(f, node, type, raw, first, second) };
  if (native) return { kind: 'value', type, ir: wrapInteger(type, raw), wide: raw };
  const stays = node.op === 'MOD' || (node.op === '/' && type.group !== 'signed');
  return { kind: 'value', type, ir: stays ? raw : wrapInteger(type, raw) };
}

/** Pointers count in bytes: pointer + bytes and pointer - bytes are pointers, pointer - pointer is a DINT. */
function pointerArithmetic(
  f: FunctionBuilder,
  node: BinaryExpression,
  left: Operand,
  right: Operand,
  a: Type,
  b: Type,
): Operand {
  const addressValue = (operand: Operand, type: Type, span: SourceSpan): IrExpr => {
    const value = wideOf(operand) ?? rvalue(f, operand, span);
    return type.kind === 'elementary' && type.num === 'i64' ? unary('i32.wrap_i64', value) : value;
  };
  const integral = (t: Type): boolean => t.kind === 'elementary' && (isInteger(t) || isBits(t));
  const first = addressValue(left, a, node.left.span);
  const second = addressValue(right, b, node.right.span);
  if (node.op === '-' && a.kind === 'pointer' && b.kind === 'pointer')
    return { kind: 'value', type: e.DINT, ir: binary('i32.sub', first, second) };
  const pointer =
    a.kind === 'pointer' && integral(b) ? a : b.kind === 'pointer' && integral(a) && node.op === '+' ? b : undefined;
  if (pointer && (node.op === '+' || node.op === '-'))
    return { kind: 'value', type: pointer, ir: binary(node.op === '+' ? 'i32.add' : 'i32.sub', first, second) };
  return reportOperator(f, node, left, right);
}
