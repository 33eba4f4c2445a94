import { elementaryTypes as e } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import { define, overload } from './define.js';
import { binary, cond, f64, i32, unary } from '../ir/make.js';
import { once } from './once.js';
import type { LowerContext, StandardFunction } from './standard-function.js';

/** Functions of the libraries that come with TwinCAT (Tc2_Math) and CODESYS (Util), found in many projects. */
export const utilityFunctions: readonly StandardFunction[] = [
  real('LTRUNC', ['LR_IN'], 'The whole part', ([x]) => unary('f64.trunc', x!)),
  real('FRAC', ['LR_IN'], 'The part behind the point', ([x], context) =>
    once(context, [x!], ([v]) => binary('f64.sub', v!, unary('f64.trunc', v!))),
  ),
  real('LMOD', ['LR_VALUE', 'LR_ARG'], 'Remainder of a division, with the sign of the value', ([x, y], context) =>
    remainder(x!, y!, context),
  ),
  real('MODABS', ['LR_VAL', 'LR_MOD'], 'Remainder of a division, 0 or more', ([x, y], context) =>
    once(context, [x!, y!], ([v, m]) =>
      once(context, [remainder(v!, m!, context)], ([r]) =>
        cond(binary('f64.lt', r!, f64(0)), binary('f64.add', r!, unary('f64.abs', m!)), r!),
      ),
    ),
  ),
  define({
    name: 'EXTRACT',
    summary: 'Bit N of X (CODESYS Util).',
    formals: ['X', 'N'],
    resolve: (_args, profile) =>
      overload(profile, [e.DWORD, e.BYTE], e.BOOL, ([x, n]) =>
        cond(binary('i32.gt_u', n!, i32(31)), i32(0), binary('i32.and', binary('i32.shr_u', x!, n!), i32(1))),
      ),
  }),
  define({
    name: 'PUTBIT',
    summary: 'X with bit N set to B (CODESYS Util).',
    formals: ['X', 'N', 'B'],
    resolve: (_args, profile) =>
      overload(profile, [e.DWORD, e.BYTE, e.BOOL], e.DWORD, ([x, n, b], context) =>
        once(context, [x!, n!, b!], ([v, at, bit]) => {
          const cleared = binary('i32.and', v!, binary('i32.xor', binary('i32.shl', i32(1), at!), i32(-1)));
          return cond(binary('i32.gt_u', at!, i32(31)), v!, binary('i32.or', cleared, binary('i32.shl', bit!, at!)));
        }),
      ),
  }),
  define({
    name: 'PACK',
    summary: 'A BYTE of eight BOOLs (CODESYS Util).',
    formals: ['B0', 'B1', 'B2', 'B3', 'B4', 'B5', 'B6', 'B7'],
    resolve: (_args, profile) =>
      overload(profile, new Array<typeof e.BOOL>(8).fill(e.BOOL), e.BYTE, (bits) =>
        bits.reduce((all, bit, i) => binary('i32.or', all, binary('i32.shl', bit, i32(i))), i32(0)),
      ),
  }),
];

/** Exact for quotients that an LREAL holds to the unit. */
function remainder(x: IrExpr, y: IrExpr, context: LowerContext): IrExpr {
  return once(context, [x, y], ([a, b]) =>
    binary('f64.sub', a!, binary('f64.mul', b!, unary('f64.trunc', binary('f64.div', a!, b!)))),
  );
}

function real(
  name: string,
  formals: readonly string[],
  what: string,
  lower: (args: readonly IrExpr[], context: LowerContext) => IrExpr,
): StandardFunction {
  return define({
    name,
    summary: `${what} (TwinCAT).`,
    formals,
    resolve: (_args, profile) =>
      overload(
        profile,
        formals.map(() => e.LREAL),
        e.LREAL,
        lower,
      ),
  });
}
