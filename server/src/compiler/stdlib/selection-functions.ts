import type { Type } from '../check/types.js';
import { elementaryTypes as e } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import type { Profile } from '../profile.js';
import type { Alike } from './alike.js';
import { alike } from './alike.js';
import { elementaryOf, integers, isLenient, literalType, nameOf } from './arguments.js';
import { saturatedCount } from './bit-functions.js';
import { compareScalars, compareStrings } from './compare.js';
import { define, overload } from './define.js';
import { binary, cond, i32 } from '../ir/make.js';
import { once } from './once.js';
import type { ArgumentInfo, LowerContext, Overload, OverloadProblem, StandardFunction } from './standard-function.js';

/** Selection (IEC 61131-3:2013, table 32), for values of any type. All arguments are evaluated, the one chosen is passed on. */
export const selectionFunctions: readonly StandardFunction[] = [
  define({
    name: 'MOVE',
    summary: 'The argument itself (IEC 61131-3:2013, table 32).',
    formals: ['IN'],
    alikeFrom: 0,
    resolve(args, profile, expected) {
      const same = alike(args, profile, expected);
      return 'problem' in same ? same : pass(profile, same, same.params, ([x]) => x!);
    },
  }),
  define({
    name: 'SEL',
    summary: 'IN0 where G is FALSE, IN1 where it is TRUE (IEC 61131-3:2013, table 32).',
    formals: ['G', 'IN0', 'IN1'],
    alikeFrom: 1,
    resolve(args, profile, expected) {
      const same = alike(args.slice(1), profile, expected);
      if ('problem' in same) return same;
      return pass(
        profile,
        same,
        [e.BOOL, ...same.params],
        ([g, a, b], context) => once(context, [g!, a!, b!], ([s, x, y]) => cond(s!, y!, x!)),
        true,
      );
    },
  }),
  define({
    name: 'MUX',
    summary:
      'Argument number K, counted from 0; the nearest one where there is none of that number (IEC 61131-3:2013, table 32).',
    formals: ['K', 'IN0', 'IN1'],
    alikeFrom: 1,
    least: 2,
    extensible: true,
    resolve: resolveMux,
  }),
  extreme('MAX', 'Greatest argument', 'gt'),
  extreme('MIN', 'Least argument', 'lt'),
  define({
    name: 'LIMIT',
    summary: 'MIN(MAX(IN, MN), MX): IN between MN and MX (IEC 61131-3:2013, table 32).',
    formals: ['MN', 'IN', 'MX'],
    alikeFrom: 0,
    aliases: { MIN: 'MN', MAX: 'MX' },
    resolve(args, profile, expected) {
      const same = alike(args, profile, expected);
      if ('problem' in same) return same;
      if (same.kind === 'aggregate') return notOrdered(same);
      return pass(profile, same, same.params, ([mn, value, mx], context) =>
        once(context, [mn!, value!, mx!], ([low, x, high]) =>
          pick(same, 'lt', pick(same, 'gt', x!, low!, context), high!, context),
        ),
      );
    },
  }),
];

/** An overload on arguments that are alike; strings and structures are passed by address. */
function pass(
  profile: Profile,
  same: Alike,
  params: readonly Type[],
  lower: (args: readonly IrExpr[], context: LowerContext) => IrExpr,
  valueOnly = false,
): Overload {
  if (same.kind === 'scalar') return overload(profile, params, same.result, lower);
  const passing = params.map((p, i) =>
    same.kind === 'aggregate' && !(valueOnly && i === 0) && p.kind === 'instance'
      ? ('reference' as const)
      : ('value' as const),
  );
  return { params, passing, result: same.result, lower };
}

const notOrdered = (same: Alike): OverloadProblem => ({ problem: `can't compare values of ${nameOf(same.result)}` });

/** Of two values the one that stands in the relation to the other; the first where they are equal. */
function pick(same: Alike, relation: 'gt' | 'lt', a: IrExpr, b: IrExpr, context: LowerContext): IrExpr {
  if (same.kind === 'scalar') {
    // NaN passes through.
    if (same.type.group === 'real')
      return binary(`${same.type === e.REAL ? 'f32' : 'f64'}.${relation === 'gt' ? 'max' : 'min'}`, a, b);
    return once(context, [a, b], ([x, y]) => cond(compareScalars(relation, same.type, y!, x!), y!, x!));
  }
  const wide = same.kind === 'string' && same.result.wide;
  return once(context, [a, b], ([x, y]) => cond(compareStrings(relation, wide, y!, x!, context), y!, x!));
}

function extreme(name: string, what: string, relation: 'gt' | 'lt'): StandardFunction {
  return define({
    name,
    summary: `${what} (IEC 61131-3:2013, table 32).`,
    formals: ['IN1', 'IN2'],
    alikeFrom: 0,
    extensible: true,
    resolve(args, profile, expected) {
      const same = alike(args, profile, expected);
      if ('problem' in same) return same;
      if (same.kind === 'aggregate') return notOrdered(same);
      return pass(profile, same, same.params, (values, context) =>
        values.slice(1).reduce((best, v) => pick(same, relation, best, v, context), values[0]!),
      );
    },
  });
}

function resolveMux(args: readonly ArgumentInfo[], profile: Profile, expected?: Type): Overload | OverloadProblem {
  const selector = elementaryOf(literalType(args[0]!, undefined));
  if (!selector || !(integers.has(selector.group) || (isLenient(profile) && selector.group === 'bits')))
    return { problem: `takes an integer as K, not ${nameOf(args[0]!.type)}` };
  const same = alike(args.slice(1), profile, expected);
  if ('problem' in same) return same;
  return pass(
    profile,
    same,
    [selector, ...same.params],
    ([k, ...inputs], context) =>
      once(context, [saturatedCount(selector, k!, context), ...inputs], ([index, ...values]) =>
        chooseBetween(index!, values, 0, values.length),
      ),
    true,
  );
}

/** A balanced tree of comparisons: K below 0 takes the first, beyond the last the last. */
function chooseBetween(index: IrExpr, values: readonly IrExpr[], from: number, to: number): IrExpr {
  if (to - from === 1) return values[from]!;
  const middle = (from + to) >> 1;
  return cond(
    binary('i32.lt_s', index, i32(middle)),
    chooseBetween(index, values, from, middle),
    chooseBetween(index, values, middle, to),
  );
}
