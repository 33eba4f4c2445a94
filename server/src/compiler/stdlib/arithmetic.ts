import type { ElementaryType } from '../check/types.js';
import { elementaryTypes as e } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import { binary, cond, constant, f64, i64, not, unary } from '../ir/make.js';
import { once } from './once.js';
import type { LowerContext } from './standard-function.js';
import { isUnsigned, wrapInteger } from './wrap-integer.js';
import { widen } from './convert-scalar.js';

export type ArithmeticOperation = 'add' | 'sub' | 'mul' | 'div' | 'mod';

/**
 * An operation on two values of one numeric type. Integers wrap, or fault R4008 where the profile says so; division by
 * zero faults R4001, and the least value divided by -1 wraps to itself. REAL follows IEEE 754, or faults R4009.
 */
export function lowerArithmetic(
  operation: ArithmeticOperation,
  type: ElementaryType,
  left: IrExpr,
  right: IrExpr,
  context: LowerContext,
): IrExpr {
  if (type.group === 'real') return finite(type, realOperation(operation, type, left, right, context), context);
  const sign = isUnsigned(type) ? 'u' : 's';
  const num = type.num === 'i64' ? 'i64' : 'i32';
  if (operation === 'div' || operation === 'mod') {
    const divisor: IrExpr = { op: 'checkNonZero', type: num, value: right, site: context.site };
    if (operation === 'div') return wrapInteger(type, binary(`${num}.div_${sign}`, left, divisor));
    return binary(`${num}.rem_${sign}`, left, divisor);
  }
  if (context.profile.integerOverflow === 'fault') return checkedOperation(operation, type, left, right, context);
  return wrapInteger(type, binary(`${num}.${operation}`, left, right));
}

function realOperation(
  operation: ArithmeticOperation,
  type: ElementaryType,
  left: IrExpr,
  right: IrExpr,
  context: LowerContext,
): IrExpr {
  const num = type === e.REAL ? 'f32' : 'f64';
  if (operation !== 'mod') return binary(`${num}.${operation}`, left, right);
  // IN1 - IN2 * TRUNC(IN1 / IN2): not exact for large quotients, as in the dialects that allow it.
  return once(context, [left, right], ([a, b]) =>
    binary(`${num}.sub`, a!, binary(`${num}.mul`, b!, unary(`${num}.trunc`, binary(`${num}.div`, a!, b!)))),
  );
}

/** The value, or fault R4009 where the profile forbids NaN and infinities. */
export function finite(type: ElementaryType, value: IrExpr, context: LowerContext): IrExpr {
  if (context.profile.realNonFinite !== 'fault') return value;
  const num = type === e.REAL ? 'f32' : 'f64';
  return once(context, [value], ([x]) => ({
    op: 'seq',
    type: num,
    body: [
      {
        op: 'if',
        test: binary(`${num}.ne`, binary(`${num}.sub`, x!, x!), constant(num, 0)),
        then: [{ op: 'fault', code: 'R4009', faultSite: context.site }],
        otherwise: [],
      },
    ],
    value: x!,
  }));
}

function checkedOperation(
  operation: 'add' | 'sub' | 'mul',
  type: ElementaryType,
  left: IrExpr,
  right: IrExpr,
  context: LowerContext,
): IrExpr {
  if (type.num === 'i32') {
    // Exact in 64 bits: it overflowed where wrapping changes it.
    return once(context, [binary(`i64.${operation}`, widen(type, left), widen(type, right))], ([exact]) =>
      once(context, [wrapInteger(type, unary('i32.wrap_i64', exact!))], ([wrapped]) =>
        faultIf(binary('i64.ne', widen(type, wrapped!), exact!), wrapped!, context),
      ),
    );
  }
  return once(context, [left, right], ([a, b]) =>
    once(context, [binary(`i64.${operation}`, a!, b!)], ([r]) =>
      faultIf(overflowed(operation, type, a!, b!, r!), r!, context),
    ),
  );
}

function overflowed(operation: 'add' | 'sub' | 'mul', type: ElementaryType, a: IrExpr, b: IrExpr, r: IrExpr): IrExpr {
  const unsigned = isUnsigned(type);
  switch (operation) {
    case 'add':
      if (unsigned) return binary('i64.lt_u', r, a);
      return negative(binary('i64.and', binary('i64.xor', a, r), binary('i64.xor', b, r)));
    case 'sub':
      if (unsigned) return binary('i64.lt_u', a, b);
      return negative(binary('i64.and', binary('i64.xor', a, b), binary('i64.xor', a, r)));
    case 'mul': {
      // r / b = a unless it overflowed; least * -1 divides back to itself and is caught by its sign.
      const back = binary(unsigned ? 'i64.div_u' : 'i64.div_s', r, b);
      const wrong = binary('i64.ne', back, a);
      const leastTimesMinusOne = unsigned
        ? undefined
        : binary('i32.and', binary('i64.eq', b, i64(-1n)), binary('i64.eq', a, i64(-(2n ** 63n))));
      return cond(
        unary('i64.eqz', b),
        constant('i32', 0),
        leastTimesMinusOne ? binary('i32.or', wrong, leastTimesMinusOne) : wrong,
      );
    }
  }
}

const negative = (value: IrExpr): IrExpr => binary('i64.lt_s', value, i64(0n));

const faultIf = (test: IrExpr, value: IrExpr, context: LowerContext): IrExpr => ({
  op: 'seq',
  type: value.type,
  body: [{ op: 'if', test, then: [{ op: 'fault', code: 'R4008', faultSite: context.site }], otherwise: [] }],
  value,
});

/** A duration times or through a number: exact for integers, to the nearest nanosecond for REAL. */
export function scaleDuration(
  operation: 'mul' | 'div',
  duration: IrExpr,
  factorType: ElementaryType,
  factor: IrExpr,
  context: LowerContext,
): IrExpr {
  if (factorType.group !== 'real') {
    const wide = widen(factorType, factor);
    if (operation === 'mul') return binary('i64.mul', duration, wide);
    const divisor: IrExpr = { op: 'checkNonZero', type: 'i64', value: wide, site: context.site };
    // A ULINT divisor beyond the signed range exceeds every duration.
    if (factorType !== e.ULINT) return binary('i64.div_s', duration, divisor);
    return once(context, [duration, divisor], ([d, u]) =>
      cond(binary('i64.lt_s', u!, i64(0n)), i64(0n), binary('i64.div_s', d!, u!)),
    );
  }
  const real = factorType === e.REAL ? unary('f64.promote_f32', factor) : factor;
  return once(context, [duration, real], ([d, x]) => {
    const result = unary(
      'i64.trunc_sat_f64_s',
      unary('f64.nearest', binary(`f64.${operation}`, unary('f64.convert_i64_s', d!), x!)),
    );
    if (operation === 'mul') return result;
    return seqFaultIfZero(x!, result, context);
  });
}

const seqFaultIfZero = (x: IrExpr, result: IrExpr, context: LowerContext): IrExpr => ({
  op: 'seq',
  type: 'i64',
  body: [
    {
      op: 'if',
      test: not(binary('f64.ne', x, f64(0))),
      then: [{ op: 'fault', code: 'R4001', faultSite: context.site }],
      otherwise: [],
    },
  ],
  value: result,
});
