import { alike } from './alike.js';
import { nameOf } from './arguments.js';
import type { Relation } from './compare.js';
import { compareScalars, compareStrings } from './compare.js';
import { define, overload } from './define.js';
import { binary } from '../ir/make.js';
import { once } from './once.js';
import { elementaryTypes as e } from '../check/types.js';
import type { StandardFunction } from './standard-function.js';

/** Comparison (IEC 61131-3:2013, table 33): each argument with the next; NE takes two. */
export const comparisonFunctions: readonly StandardFunction[] = [
  comparison('GT', 'gt', 'Decreasing sequence'),
  comparison('GE', 'ge', 'Monotonic sequence, decreasing or equal'),
  comparison('EQ', 'eq', 'Equality'),
  comparison('LE', 'le', 'Monotonic sequence, increasing or equal'),
  comparison('LT', 'lt', 'Increasing sequence'),
  comparison('NE', 'ne', 'Inequality'),
];

function comparison(name: string, relation: Relation, what: string): StandardFunction {
  return define({
    name,
    summary: `${what} (IEC 61131-3:2013, table 33).`,
    formals: ['IN1', 'IN2'],
    extensible: relation !== 'ne',
    resolve(args, profile) {
      const same = alike(args, profile);
      if ('problem' in same) return same;
      if (same.kind === 'aggregate' && same.result.kind !== 'pointer' && same.result.kind !== 'interface')
        return { problem: `can't compare values of ${nameOf(same.result)}` };
      const compare = overload(profile, same.params, e.BOOL, (values, context) =>
        once(context, values, (held) => {
          const pairs = held.slice(1).map((right, i) => {
            const left = held[i]!;
            if (same.kind === 'string') return compareStrings(relation, same.result.wide, left, right, context);
            return compareScalars(relation, same.kind === 'scalar' ? same.type : e.UDINT, left, right);
          });
          return pairs.slice(1).reduce((all, next) => binary('i32.and', all, next), pairs[0]!);
        }),
      );
      return compare;
    },
  });
}
