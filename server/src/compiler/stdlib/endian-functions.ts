import type { ElementaryType } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import { elementaryOf, literalType, nameOf } from './arguments.js';
import { define, overload } from './define.js';
import { binary, i32, i64, unary } from '../ir/make.js';
import { once } from './once.js';
import type { StandardFunction } from './standard-function.js';
import { wrapInteger } from './wrap-integer.js';

/**
 * Endianness conversion (IEC 61131-3:2013, table 37). Memory here is little-endian: the big-endian forms turn the bytes round,
 * the others pass the value on. REAL and LREAL keep their bytes: turned round they are no REALs (some are NaN patterns, which
 * are made canonical), so turn REAL_TO_DWORD.
 */
export const endianFunctions: readonly StandardFunction[] = [
  endian('TO_BIG_ENDIAN', true, 'To the big-endian data format'),
  endian('TO_LITTLE_ENDIAN', false, 'To the little-endian data format'),
  endian('FROM_BIG_ENDIAN', true, 'From the big-endian data format'),
  endian('FROM_LITTLE_ENDIAN', false, 'From the little-endian data format'),
  endian('BIG_ENDIAN_TO', true, 'From the big-endian data format'),
  endian('LITTLE_ENDIAN_TO', false, 'From the little-endian data format'),
];

function endian(name: string, swaps: boolean, what: string): StandardFunction {
  return define({
    name,
    summary: `${what} (IEC 61131-3:2013, table 37).`,
    formals: ['IN'],
    resolve([info], profile, expected) {
      const type = elementaryOf(literalType(info!, expected));
      if (!type) return { problem: `expects a value of an elementary type, not ${nameOf(info!.type)}` };
      // The bytes are of that width, whatever they are called: LINT in, LWORD out.
      const wanted = expected && elementaryOf(expected);
      const result =
        wanted && wanted.size === type.size && wanted.num === type.num && wanted.group !== 'bool' ? wanted : type;
      return overload(profile, [type], result, ([value], context) =>
        once(context, [value!], ([x]) => resign(result, swaps ? turned(type, x!) : x!)),
      );
    },
  });
}

/** The same bits under the invariant of another type of the same width. */
const resign = (type: ElementaryType, value: IrExpr): IrExpr => wrapInteger(type, value);

function turned(type: ElementaryType, x: IrExpr): IrExpr {
  if (type.group === 'real') return x;
  if (type.num === 'i64') return turned64(x);
  if (type.size === 4) return turned32(x);
  if (type.size === 1) return x;
  return binary(
    'i32.or',
    binary('i32.shl', binary('i32.and', x, i32(0xff)), i32(8)),
    binary('i32.and', binary('i32.shr_u', x, i32(8)), i32(0xff)),
  );
}

const turned32 = (x: IrExpr): IrExpr =>
  binary(
    'i32.or',
    binary('i32.and', binary('i32.rotl', x, i32(8)), i32(0x00ff00ff)),
    binary('i32.and', binary('i32.rotr', x, i32(8)), i32(0xff00ff00)),
  );

const turned64 = (x: IrExpr): IrExpr => {
  const low = turned32(unary('i32.wrap_i64', x));
  const high = turned32(unary('i32.wrap_i64', binary('i64.shr_u', x, i64(32n))));
  return binary('i64.or', binary('i64.shl', unary('i64.extend_i32_u', low), i64(32n)), unary('i64.extend_i32_u', high));
};
