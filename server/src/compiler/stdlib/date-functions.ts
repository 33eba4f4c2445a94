import type { ElementaryType } from '../check/types.js';
import { elementaryTypes as e } from '../check/types.js';
import type { IrExpr, IrStmt } from '../ir/ir.js';
import type { Profile } from '../profile.js';
import { elementaryOf, integers, isLenient, literalType, nameOf } from './arguments.js';
import { convertScalar, timeOfDay } from './convert-scalar.js';
import { define, isProblem, overload } from './define.js';
import { binary, i64, localValue, unary } from '../ir/make.js';
import type { ArgumentInfo, LowerContext, OverloadProblem, StandardFunction } from './standard-function.js';

const second = 1_000_000_000n;
const day = 86_400n * second;

/** Nanoseconds of each field of a time of day. */
const clockFields: readonly (readonly [name: string, ns: bigint])[] = [
  ['HOUR', 3600n * second],
  ['MINUTE', 60n * second],
  ['SECOND', second],
  ['MILLISECOND', 1_000_000n],
];
const dateFields = ['YEAR', 'MONTH', 'DAY'] as const;

/** Concatenation and splitting of dates and times (IEC 61131-3:2013, table 36), and the day of the week. */
export const dateFunctions: readonly StandardFunction[] = [
  joinDateAndClock('CONCAT_DATE_TOD', e.DATE, e.TOD, e.DT),
  joinDateAndClock('CONCAT_DATE_LTOD', e.DATE, e.LTOD, e.LDT),
  joinDateAndClock('CONCAT_LDATE_LTOD', e.LDATE, e.LTOD, e.LDT),
  joinDateAndClock('CONCAT_LDATE_TOD', e.LDATE, e.TOD, e.LDT),
  compose('CONCAT_DATE', true, false, e.DATE),
  compose('CONCAT_LDATE', true, false, e.LDATE),
  compose('CONCAT_TOD', false, true, e.TOD),
  compose('CONCAT_LTOD', false, true, e.LTOD),
  compose('CONCAT_DT', true, true, e.DT),
  compose('CONCAT_LDT', true, true, e.LDT),
  split('SPLIT_DATE', e.DATE, true, false),
  split('SPLIT_LDATE', e.LDATE, true, false),
  split('SPLIT_TOD', e.TOD, false, true),
  split('SPLIT_LTOD', e.LTOD, false, true),
  split('SPLIT_DT', e.DT, true, true),
  split('SPLIT_LDT', e.LDT, true, true),
  define({
    name: 'DAY_OF_WEEK',
    summary: '0 for Sunday to 6 for Saturday (IEC 61131-3:2013, table 36).',
    formals: ['IN'],
    resolve([info], profile, expected) {
      const type = elementaryOf(info!.type);
      if (type?.group !== 'date' && type?.group !== 'dt') return { problem: `takes a DATE, not ${nameOf(info!.type)}` };
      const wanted = expected && elementaryOf(expected);
      const result = wanted && integers.has(wanted.group) ? wanted : e.INT;
      return overload(profile, [type], result, ([value], context) => {
        // 1970-01-01 was a Thursday.
        const shifted = binary('i64.add', floorDays(value!, context), i64(4n));
        const weekday = binary('i64.rem_s', binary('i64.add', binary('i64.rem_s', shifted, i64(7n)), i64(7n)), i64(7n));
        return result.num === 'i64' ? weekday : unary('i32.wrap_i64', weekday);
      });
    },
  }),
];

/** Days since 1970-01-01 of an instant, also before it. */
function floorDays(value: IrExpr, context: LowerContext): IrExpr {
  const local = context.local('i64', 'instant');
  const held = localValue(local);
  return {
    op: 'seq',
    type: 'i64',
    body: [{ op: 'setLocal', local, value }],
    value: binary('i64.div_s', binary('i64.sub', held, timeOfDay(held, context)), i64(day)),
  };
}

function joinDateAndClock(
  name: string,
  date: ElementaryType,
  clock: ElementaryType,
  result: ElementaryType,
): StandardFunction {
  return define({
    name,
    summary: `${date.name} and ${clock.name} to ${result.name} (IEC 61131-3:2013, table 36).`,
    formals: [date.name, clock.name],
    aliases: { IN1: date.name, IN2: clock.name },
    resolve: (_args, profile) => overload(profile, [date, clock], result, ([d, c]) => binary('i64.add', d!, c!)),
  });
}

function fieldNames(withDate: boolean, withClock: boolean): readonly string[] {
  return [...(withDate ? dateFields : []), ...(withClock ? clockFields.map(([name]) => name) : [])];
}

function integerOf(info: ArgumentInfo, formal: string, profile: Profile): ElementaryType | OverloadProblem {
  const type = elementaryOf(literalType(info, undefined));
  return type && (integers.has(type.group) || (isLenient(profile) && type.group === 'bits'))
    ? type
    : { problem: `takes an integer as ${formal}, not ${nameOf(info.type)}` };
}

/** Builds an instant from its numbers; numbers outside their range carry over. */
function compose(name: string, withDate: boolean, withClock: boolean, result: ElementaryType): StandardFunction {
  const formals = fieldNames(withDate, withClock);
  return define({
    name,
    summary: `${formals.join(', ')} to ${result.name} (IEC 61131-3:2013, table 36).`,
    formals,
    resolve(args, profile) {
      const params: ElementaryType[] = [];
      for (const [i, info] of args.entries()) {
        const type = integerOf(info, formals[i]!, profile);
        if (isProblem(type)) return type;
        params.push(type);
      }
      return {
        params,
        result,
        lower(values, context) {
          const wide = values.map((v, i) => convertScalar(params[i]!, e.LINT, v, context));
          const date = withDate
            ? binary('i64.mul', context.callPrelude('__DAYS_OF', wide.slice(0, 3), 'i64'), i64(day))
            : undefined;
          const clock = wide.slice(withDate ? 3 : 0).map((v, i) => binary('i64.mul', v, i64(clockFields[i]![1])));
          return [...(date ? [date] : []), ...clock].reduce((sum, part) => binary('i64.add', sum, part));
        },
      };
    },
  });
}

/** Writes the numbers of an instant into variables of any integer type. */
function split(name: string, from: ElementaryType, withDate: boolean, withClock: boolean): StandardFunction {
  const fields = fieldNames(withDate, withClock);
  return define({
    name,
    summary: `${from.name} into ${fields.join(', ')} (IEC 61131-3:2013, table 36).`,
    formals: ['IN', ...fields],
    least: 1,
    resolve(args, profile) {
      const outs: ElementaryType[] = [];
      for (const [i, info] of args.slice(1).entries()) {
        const type = elementaryOf(info.type);
        if (!type || !(integers.has(type.group) || (isLenient(profile) && type.group === 'bits')))
          return { problem: `needs an integer variable as ${fields[i]!}, not ${nameOf(info.type)}` };
        outs.push(type);
      }
      return {
        params: [from, ...args.slice(1).map((a) => a.type)],
        passing: ['value', ...outs.map(() => 'out' as const)],
        result: e.BOOL,
        lower([value, ...targets], context) {
          const instant = context.local('i64', 'instant');
          const body: IrStmt[] = [{ op: 'setLocal', local: instant, value: value! }];
          const parts: IrExpr[] = [];
          if (withDate) {
            const ymd = context.local('i64', 'ymd');
            body.push({
              op: 'setLocal',
              local: ymd,
              value: context.callPrelude('__YMD_OF', [floorDays(localValue(instant), context)], 'i64'),
            });
            const digits = (divisor: bigint, modulus: bigint): IrExpr =>
              binary('i64.rem_s', binary('i64.div_s', localValue(ymd), i64(divisor)), i64(modulus));
            parts.push(binary('i64.div_s', localValue(ymd), i64(10_000n)), digits(100n, 100n), digits(1n, 100n));
          }
          if (withClock) {
            const clock = context.local('i64', 'clock');
            body.push({ op: 'setLocal', local: clock, value: timeOfDay(localValue(instant), context) });
            for (const [i, [, ns]] of clockFields.entries()) {
              const over = i === 0 ? day : clockFields[i - 1]![1];
              parts.push(binary('i64.div_s', binary('i64.rem_s', localValue(clock), i64(over)), i64(ns)));
            }
          }
          targets.forEach((address, i) => {
            const type = outs[i]!;
            body.push({
              op: 'store',
              mem: type.mem,
              address,
              offset: 0,
              value: convertScalar(e.LINT, type, parts[i]!, context),
            });
          });
          return { op: 'seq', type: 'i32', body, value: { op: 'const', type: 'i32', value: 1 } };
        },
      };
    },
  });
}
