import { isReal } from '../check/conversion.js';
import type { ElementaryType } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import type { BinaryExpression } from '../syntax/ast.js';
import type { FunctionBuilder } from './function-builder.js';
import { binary, f32, f64, i64, iff, not, unary } from '../ir/make.js';
import { wrapInteger } from '../stdlib/wrap-integer.js';

/**
 * Checks of profiles in which integers don't wrap (fault R4008) or reals stay finite (R4009). `ir` is the raw result of the
 * operator on `left` and `right`; the outcome is the value in the type's representation.
 */
export function checkOverflow(
  f: FunctionBuilder,
  node: BinaryExpression,
  type: ElementaryType,
  ir: IrExpr,
  left: IrExpr,
  right: IrExpr,
): IrExpr {
  if (f.trusted) return isReal(type) ? ir : wrapInteger(type, ir);
  if (isReal(type)) return f.c.profile.realNonFinite === 'fault' ? checkFinite(f, node, type, ir) : ir;
  if (f.c.profile.integerOverflow !== 'fault') return wrapInteger(type, ir);
  return f.sequence(() => {
    const site = f.site(node.span);
    const fail = (test: IrExpr): void => f.emit(iff(test, [{ op: 'fault', code: 'R4008', faultSite: site }]));
    if (type.num === 'i32') {
      // 64 bits hold every result of 32-bit operands but products of two UDINT, whose upper half shows them as well.
      const extend = type.group === 'signed' ? 'i64.extend_i32_s' : 'i64.extend_i32_u';
      const wide = f.once(wideResult(node.op, type, unary(extend, left), unary(extend, right)), 'wide');
      const value = f.once(wrapInteger(type, unary('i32.wrap_i64', wide)), 'narrow');
      fail(binary('i64.ne', unary(extend, value), wide));
      return value;
    }
    const a = f.once(left, 'left');
    const b = f.once(right, 'right');
    const value = f.once(ir.op === 'binary' ? { ...ir, left: a, right: b } : ir, 'result');
    const signed = type.group === 'signed';
    if (node.op === '+') {
      fail(
        signed
          ? binary('i64.lt_s', binary('i64.and', binary('i64.xor', a, value), binary('i64.xor', b, value)), i64(0n))
          : binary('i64.lt_u', value, a),
      );
    } else if (node.op === '-') {
      fail(
        signed
          ? binary('i64.lt_s', binary('i64.and', binary('i64.xor', a, b), binary('i64.xor', a, value)), i64(0n))
          : binary('i64.lt_u', a, b),
      );
    } else if (node.op === '*') {
      const back = {
        op: 'cond',
        type: 'i32',
        test: unary('i64.eqz', b),
        then: { op: 'const', type: 'i32', value: 0 },
        otherwise: binary('i64.ne', binary(signed ? 'i64.div_s' : 'i64.div_u', value, b), a),
      } as const;
      fail(back);
    }
    return value;
  });
}

function wideResult(op: BinaryExpression['op'], type: ElementaryType, left: IrExpr, right: IrExpr): IrExpr {
  switch (op) {
    case '+':
      return binary('i64.add', left, right);
    case '-':
      return binary('i64.sub', left, right);
    case '*':
      return binary('i64.mul', left, right);
    case '/':
      return binary(type.group === 'signed' ? 'i64.div_s' : 'i64.div_u', left, right);
    default:
      return binary(type.group === 'signed' ? 'i64.rem_s' : 'i64.rem_u', left, right);
  }
}

function checkFinite(f: FunctionBuilder, node: BinaryExpression, type: ElementaryType, ir: IrExpr): IrExpr {
  const num = type.num as 'f32' | 'f64';
  return f.sequence(() => {
    const value = f.once(ir, 'real');
    const limit = num === 'f32' ? f32(Infinity) : f64(Infinity);
    const finite = binary(`${num}.lt`, unary(`${num}.abs`, value), limit);
    f.emit(iff(not(finite), [{ op: 'fault', code: 'R4009', faultSite: f.site(node.span) }]));
    return value;
  });
}
