import { elementaryTypes as e } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import { elementaryOf, integers, literalType, nameOf } from './arguments.js';
import { convertScalar } from './convert-scalar.js';
import { define, overload } from './define.js';
import { binary, constant, f64, i32, i64, unary } from '../ir/make.js';
import { once } from './once.js';
import type { StandardFunction } from './standard-function.js';

/** Validation (IEC 61131-3:2013, table 39), bounds of arrays (table 15), and the library's window on time. */
export const validationFunctions: readonly StandardFunction[] = [
  define({
    name: 'IS_VALID',
    summary: 'Whether a REAL is a number: neither NaN nor infinite (IEC 61131-3:2013, table 39).',
    formals: ['IN'],
    resolve([info], profile) {
      const type = elementaryOf(literalType(info!, e.REAL));
      if (type?.group !== 'real') return { problem: `takes a REAL or LREAL, not ${nameOf(info!.type)}` };
      const num = type === e.REAL ? 'f32' : 'f64';
      return overload(profile, [type], e.BOOL, ([value], context) =>
        once(context, [value!], ([x]) => binary(`${num}.eq`, binary(`${num}.sub`, x!, x!), constant(num, 0))),
      );
    },
  }),
  define({
    name: 'IS_VALID_BCD',
    summary: 'Whether every digit of a packed decimal is at most 9 (IEC 61131-3:2013, table 39).',
    formals: ['IN'],
    resolve([info]) {
      const type = elementaryOf(literalType(info!, e.LWORD));
      if (type?.group !== 'bits') return { problem: `takes a bit string, not ${nameOf(info!.type)}` };
      return {
        params: [type],
        result: e.BOOL,
        lower: ([value], context) =>
          context.callPrelude('__IS_BCD', [convertScalar(type, e.LWORD, value!, context)], 'i32'),
      };
    },
  }),
  bound('LOWER_BOUND', 'low'),
  bound('UPPER_BOUND', 'high'),
  clock('TIME', e.TIME),
  clock('LTIME', e.LTIME),
  define({
    name: '__SECONDS',
    summary: 'Seconds of a duration as REAL, whatever the profile counts in.',
    formals: ['IN'],
    resolve: (_args, profile) =>
      overload(profile, [e.TIME], e.REAL, ([t]) =>
        unary('f32.demote_f64', binary('f64.div', unary('f64.convert_i64_s', t!), f64(1e9))),
      ),
  }),
];

/** LOWER_BOUND and UPPER_BOUND of an array whose bounds are known; those of ARRAY[*] parameters are the checker's. */
function bound(name: string, side: 'low' | 'high'): StandardFunction {
  return define({
    name,
    summary: `${side === 'low' ? 'Lower' : 'Upper'} bound of dimension DIM of an array (IEC 61131-3:2013, table 15).`,
    formals: ['ARR', 'DIM'],
    least: 1,
    aliases: { ARRAY: 'ARR', IN: 'ARR' },
    resolve([array, dimension], profile, expected) {
      const type = array!.type;
      if (type.kind !== 'array') return { problem: `takes an array, not ${nameOf(type)}` };
      const wanted = dimension
        ? (dimension.constant ?? (dimension.type.kind === 'literal' ? dimension.type.value : undefined))
        : 1n;
      const index = typeof wanted === 'bigint' ? Number(wanted) : 0;
      const bounds = type.bounds[index - 1];
      if (type.dynamic || !bounds)
        return {
          problem: type.dynamic
            ? "can't tell the bounds of this array here"
            : `needs a constant DIM from 1 to ${type.bounds.length}`,
        };
      const own = expected && elementaryOf(expected);
      const result = own && integers.has(own.group) ? own : e.DINT;
      const value = BigInt(bounds[side]);
      const answer: IrExpr = result.num === 'i64' ? i64(value) : i32(Number(value));
      return {
        params: [type, ...(dimension ? [elementaryOf(literalType(dimension, e.DINT)) ?? e.DINT] : [])],
        passing: ['reference', ...(dimension ? ['value' as const] : [])],
        result,
        lower: () => answer,
        fold: () => value,
      };
    },
  });
}

/** TIME() and LTIME() of the CODESYS family: the scan's time stamp. */
function clock(name: string, result: typeof e.TIME): StandardFunction {
  return define({
    name,
    summary: 'Time stamp of this scan, counted from the start.',
    formals: [],
    resolve: () => ({ params: [], result, lower: (_args, context) => context.callPrelude('__SCAN_TIME', [], 'i64') }),
  });
}
