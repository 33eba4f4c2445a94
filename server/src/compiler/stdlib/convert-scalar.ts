import type { ElementaryType } from '../check/types.js';
import { elementaryTypes as e } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import type { Profile } from '../profile.js';
import { instants } from './arguments.js';
import { binary, cond, constant, f64, i32, i64, unary } from '../ir/make.js';
import { once } from './once.js';
import { normalizeDuration } from './normalize-duration.js';
import type { LowerContext } from './standard-function.js';
import { isUnsigned, wrapInteger } from './wrap-integer.js';

const nsPerDay = 86_400_000_000_000n;
export type Rounding = Profile['realToInt'];

/** Whether one scalar type converts to another: everything, but characters only to and from integers and bit strings. */
export function convertible(from: ElementaryType, to: ElementaryType): boolean {
  if (from.group === 'char') return to.group === 'char' || isIntegerLike(to);
  if (to.group === 'char') return isIntegerLike(from);
  return true;
}

/** BOOL, bit strings, integers and characters: values in an i32 or i64. */
export const isIntegerLike = (type: ElementaryType): boolean =>
  type.group === 'bool' ||
  type.group === 'bits' ||
  type.group === 'signed' ||
  type.group === 'unsigned' ||
  type.group === 'char';

/** A value of one elementary type as another (IEC 61131-3:2013, tables 22 to 26; contested points as the profile says). */
export function convertScalar(
  from: ElementaryType,
  to: ElementaryType,
  value: IrExpr,
  context: LowerContext,
  rounding?: Rounding,
): IrExpr {
  return from === to ? value : normalizeDuration(to, converted(from, to, value, context, rounding), context.profile);
}

function converted(
  from: ElementaryType,
  to: ElementaryType,
  value: IrExpr,
  context: LowerContext,
  rounding: Rounding | undefined,
): IrExpr {
  const profile = context.profile;
  if (isIntegerLike(from)) {
    if (isIntegerLike(to)) return integerToInteger(from, to, value, profile);
    if (to.group === 'real') return integerToReal(from, to, value, profile);
    return binary('i64.mul', widen(from, value), i64(unitNs(to, profile)));
  }
  if (from.group === 'real') {
    if (to.group === 'real') return to === e.REAL ? unary('f32.demote_f64', value) : unary('f64.promote_f32', value);
    if (isIntegerLike(to)) return realToInteger(from, to, value, context, rounding ?? profile.realToInt);
    return realToInstant(to, asF64(value), context);
  }
  if (isIntegerLike(to)) {
    if (to.group === 'bool') return binary('i64.ne', value, i64(0n));
    return integerToInteger(e.LINT, to, binary('i64.div_s', value, i64(unitNs(from, profile))), profile);
  }
  if (to.group === 'real') return instantToReal(from, to, value, context);
  return instantToInstant(from, to, value, context);
}

/** Nanoseconds that the number 1 stands for when it is converted to or from this type. */
export function unitNs(type: ElementaryType, profile: Profile): bigint {
  const second = 1_000_000_000n;
  if (type.name.startsWith('L')) return profile.longTimeUnit === 'ns' ? 1n : second;
  if (type.group === 'duration' || type.group === 'tod') return profile.timeToRealUnit === 'ms' ? 1_000_000n : second;
  return second;
}

/** An integer-like value as i64. */
export function widen(from: ElementaryType, value: IrExpr): IrExpr {
  if (value.type === 'i64') return value;
  return unary(isUnsigned(from) ? 'i64.extend_i32_u' : 'i64.extend_i32_s', value);
}

const asF64 = (value: IrExpr): IrExpr => (value.type === 'f32' ? unary('f64.promote_f32', value) : value);
const fromF64 = (to: ElementaryType, value: IrExpr): IrExpr => (to === e.REAL ? unary('f32.demote_f64', value) : value);

function integerToInteger(from: ElementaryType, to: ElementaryType, value: IrExpr, profile: Profile): IrExpr {
  if (to.group === 'bool') {
    if (from.group === 'bits' && profile.bitStringToBool === 'rightmost-bit') {
      return binary('i32.and', value.type === 'i64' ? unary('i32.wrap_i64', value) : value, i32(1));
    }
    return value.type === 'i64' ? binary('i64.ne', value, i64(0n)) : binary('i32.ne', value, i32(0));
  }
  if (to.num === 'i64') return widen(from, value);
  const narrow = value.type === 'i64' ? unary('i32.wrap_i64', value) : value;
  // Every value of a smaller or equal unsigned type, and of a smaller signed one into a signed one, is already in form.
  const fits =
    from.num === 'i32' &&
    (isUnsigned(from)
      ? from.size < to.size || (from.size === to.size && isUnsigned(to))
      : to.group === 'signed' && from.size <= to.size);
  return fits ? narrow : wrapInteger(to, narrow);
}

/** DWORD and REAL, LWORD and LREAL share their width: their conversion may mean the bits. */
const sameBits = (bits: ElementaryType, real: ElementaryType, profile: Profile): boolean =>
  profile.bitStringToReal === 'bits' && bits.group === 'bits' && bits.size === real.size;

function integerToReal(from: ElementaryType, to: ElementaryType, value: IrExpr, profile: Profile): IrExpr {
  if (sameBits(from, to, profile)) return unary(to === e.REAL ? 'f32.reinterpret_i32' : 'f64.reinterpret_i64', value);
  const sign = isUnsigned(from) ? 'u' : 's';
  if (value.type === 'i64') return unary(to === e.REAL ? `f32.convert_i64_${sign}` : `f64.convert_i64_${sign}`, value);
  return unary(to === e.REAL ? `f32.convert_i32_${sign}` : `f64.convert_i32_${sign}`, value);
}

/** A REAL rounded to a whole number, as f64. */
export function rounded(value: IrExpr, rounding: Rounding, context: LowerContext): IrExpr {
  switch (rounding) {
    case 'half-even':
      return unary('f64.nearest', value);
    case 'truncate':
      return unary('f64.trunc', value);
    case 'half-away':
      return once(context, [value], ([x]) =>
        once(context, [unary('f64.trunc', x!)], ([whole]) => {
          const fraction = unary('f64.abs', binary('f64.sub', x!, whole!));
          return cond(
            binary('f64.ge', fraction, f64(0.5)),
            binary('f64.add', whole!, binary('f64.copysign', f64(1), x!)),
            whole!,
          );
        }),
      );
  }
}

function realToInteger(
  from: ElementaryType,
  to: ElementaryType,
  value: IrExpr,
  context: LowerContext,
  rounding: Rounding,
): IrExpr {
  if (to.group === 'bool')
    return from === e.REAL ? binary('f32.ne', value, constant('f32', 0)) : binary('f64.ne', value, f64(0));
  if (sameBits(to, from, context.profile))
    return unary(to === e.DWORD ? 'i32.reinterpret_f32' : 'i64.reinterpret_f64', value);
  return wholeToInteger(to, rounded(asF64(value), rounding, context), context.profile);
}

/** A whole f64 as an integer; what the type can't hold as the profile says. */
export function wholeToInteger(to: ElementaryType, whole: IrExpr, profile: Profile): IrExpr {
  const unsigned = isUnsigned(to);
  if (profile.realToIntOverflow === 'wrap') {
    const wide = unary(unsigned ? 'i64.trunc_sat_f64_u' : 'i64.trunc_sat_f64_s', whole);
    return to.num === 'i64' ? wide : wrapInteger(to, unary('i32.wrap_i64', wide));
  }
  if (to.num === 'i64') return unary(unsigned ? 'i64.trunc_sat_f64_u' : 'i64.trunc_sat_f64_s', whole);
  if (to.size === 4) return unary(unsigned ? 'i32.trunc_sat_f64_u' : 'i32.trunc_sat_f64_s', whole);
  const high = unsigned ? 2 ** (to.size * 8) - 1 : 2 ** (to.size * 8 - 1) - 1;
  const low = unsigned ? 0 : -(2 ** (to.size * 8 - 1));
  // NaN passes min and max, and becomes 0.
  return unary('i32.trunc_sat_f64_s', binary('f64.min', binary('f64.max', whole, f64(low)), f64(high)));
}

function realToInstant(to: ElementaryType, value: IrExpr, context: LowerContext): IrExpr {
  const unit = unitNs(to, context.profile);
  if (unit === 1n) return unary('i64.trunc_sat_f64_s', unary('f64.nearest', value));
  // Whole units and the rest apart, so that large values keep their nanoseconds.
  return once(context, [value], ([x]) =>
    once(context, [unary('f64.trunc', x!)], ([whole]) =>
      binary(
        'i64.add',
        binary('i64.mul', unary('i64.trunc_sat_f64_s', whole!), i64(unit)),
        unary(
          'i64.trunc_sat_f64_s',
          unary('f64.trunc', binary('f64.mul', binary('f64.sub', x!, whole!), f64(Number(unit)))),
        ),
      ),
    ),
  );
}

function instantToReal(from: ElementaryType, to: ElementaryType, value: IrExpr, context: LowerContext): IrExpr {
  const unit = unitNs(from, context.profile);
  if (unit === 1n) return fromF64(to, unary('f64.convert_i64_s', value));
  return once(context, [value], ([v]) =>
    fromF64(
      to,
      binary(
        'f64.add',
        unary('f64.convert_i64_s', binary('i64.div_s', v!, i64(unit))),
        binary('f64.div', unary('f64.convert_i64_s', binary('i64.rem_s', v!, i64(unit))), f64(Number(unit))),
      ),
    ),
  );
}

/** Remainder of the day, 0 or more. */
export function timeOfDay(value: IrExpr, context: LowerContext): IrExpr {
  return once(context, [binary('i64.rem_s', value, i64(nsPerDay))], ([r]) =>
    cond(binary('i64.lt_s', r!, i64(0n)), binary('i64.add', r!, i64(nsPerDay)), r!),
  );
}

function instantToInstant(from: ElementaryType, to: ElementaryType, value: IrExpr, context: LowerContext): IrExpr {
  if (from.group === to.group || !instants.has(from.group)) return value;
  switch (to.group) {
    case 'date':
      return from.group === 'dt' || from.group === 'duration'
        ? once(context, [value], ([v]) => binary('i64.sub', v!, timeOfDay(v!, context)))
        : i64Zero(value);
    case 'tod':
      return timeOfDay(value, context);
    default:
      return value;
  }
}

/** TOD has no day: its DATE is the first one. The operand is still evaluated. */
const i64Zero = (value: IrExpr): IrExpr => ({ op: 'seq', type: 'i64', body: [{ op: 'drop', value }], value: i64(0n) });
