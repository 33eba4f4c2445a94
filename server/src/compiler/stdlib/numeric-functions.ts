import type { ElementaryType } from '../check/types.js';
import { elementaryTypes as e } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import type { HostFunctionName } from '../../model/host-function.js';
import { commonType, elementaryOf, numbersIn } from './arguments.js';
import { define, overload } from './define.js';
import { rounded } from './convert-scalar.js';
import { binary, callHost, cond, i32, i64, unary } from '../ir/make.js';
import { once } from './once.js';
import type { LowerContext, StandardFunction } from './standard-function.js';
import { wrapInteger } from './wrap-integer.js';

const inF64 = (type: ElementaryType, value: IrExpr, compute: (x: IrExpr) => IrExpr): IrExpr =>
  type === e.REAL ? unary('f32.demote_f64', compute(unary('f64.promote_f32', value))) : compute(value);

/** A function on ANY_REAL; integers come in as the REAL or LREAL that holds them. */
function realFunction(
  name: string,
  summary: string,
  compute: (x: IrExpr, context: LowerContext) => IrExpr,
): StandardFunction {
  return define({
    name,
    summary,
    formals: ['IN'],
    resolve(args, profile, expected) {
      const common = commonType(args, numbersIn(profile), 'a number', profile, expected);
      if ('problem' in common) return common;
      const type =
        common.group === 'real'
          ? common
          : expected === e.LREAL || (common.size > 2 && expected !== e.REAL)
            ? e.LREAL
            : e.REAL;
      return overload(profile, [type], type, ([x], context) => inF64(type, x!, (v) => compute(v, context)));
    },
  });
}

const host = (name: string, callee: HostFunctionName, what: string): StandardFunction =>
  realFunction(name, `${what} (IEC 61131-3:2013, table 28).`, (x) => callHost(callee, [x], 'f64'));

/** Functions of one number (IEC 61131-3:2013, table 28), ATAN2, and the roundings of the dialects. */
export const numericFunctions: readonly StandardFunction[] = [
  define({
    name: 'ABS',
    summary:
      'Absolute value, of a duration too; that of the least integer wraps to itself (IEC 61131-3:2013, table 28).',
    formals: ['IN'],
    resolve(args, profile, expected) {
      const duration = elementaryOf(args[0]!.type);
      const type =
        duration?.group === 'duration' ? duration : commonType(args, numbersIn(profile), 'a number', profile, expected);
      if ('problem' in type) return type;
      return overload(profile, [type], type, ([x], context) => absolute(type, x!, context));
    },
  }),
  realFunction('SQRT', 'Square root; NaN below 0 (IEC 61131-3:2013, table 28).', (x) => unary('f64.sqrt', x)),
  host('LN', 'ln', 'Natural logarithm'),
  host('LOG', 'log10', 'Logarithm to base 10'),
  host('EXP', 'exp', 'Power of e'),
  host('SIN', 'sin', 'Sine of an angle in radians'),
  host('COS', 'cos', 'Cosine of an angle in radians'),
  host('TAN', 'tan', 'Tangent of an angle in radians'),
  host('ASIN', 'asin', 'Arc sine, in radians'),
  host('ACOS', 'acos', 'Arc cosine, in radians'),
  host('ATAN', 'atan', 'Arc tangent, in radians'),
  define({
    name: 'ATAN2',
    summary: 'Angle of the point (X, Y), in radians (IEC 61131-3:2013, table 28).',
    formals: ['Y', 'X'],
    aliases: { IN1: 'Y', IN2: 'X' },
    resolve(args, profile, expected) {
      const common = commonType(args, numbersIn(profile), 'numbers', profile, expected);
      if ('problem' in common) return common;
      const type = common === e.LREAL || (common.group !== 'real' && expected === e.LREAL) ? e.LREAL : e.REAL;
      const wide = (x: IrExpr): IrExpr => (type === e.REAL ? unary('f64.promote_f32', x) : x);
      return overload(profile, [type, type], type, ([y, x]) => {
        const angle = callHost('atan2', [wide(y!), wide(x!)], 'f64');
        return type === e.REAL ? unary('f32.demote_f64', angle) : angle;
      });
    },
  }),
  realFunction('FLOOR', 'Greatest whole number not above.', (x) => unary('f64.floor', x)),
  realFunction('CEIL', 'Least whole number not below.', (x) => unary('f64.ceil', x)),
  realFunction('ROUND', 'Nearest whole number; ties as the profile rounds REAL to integer.', (x, context) =>
    rounded(x, context.profile.realToInt === 'truncate' ? 'half-away' : context.profile.realToInt, context),
  ),
];

function absolute(type: ElementaryType, value: IrExpr, context: LowerContext): IrExpr {
  if (type.group === 'real') return unary(type === e.REAL ? 'f32.abs' : 'f64.abs', value);
  if (type.group !== 'signed' && type.group !== 'duration') return value;
  return once(context, [value], ([x]) =>
    type.num === 'i64'
      ? cond(binary('i64.lt_s', x!, i64(0n)), binary('i64.sub', i64(0n), x!), x!)
      : cond(binary('i32.lt_s', x!, i32(0)), wrapInteger(type, binary('i32.sub', i32(0), x!)), x!),
  );
}
