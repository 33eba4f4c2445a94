import type { ElementaryType, Type } from '../check/types.js';
import { elementaryTypes as e } from '../check/types.js';
import type { BinaryOp, IrExpr } from '../ir/ir.js';
import type { Profile } from '../profile.js';
import { bitsAndIntegers, commonType, elementaryOf, integers, isLenient, literalType, nameOf } from './arguments.js';
import { convertScalar } from './convert-scalar.js';
import { define, overload } from './define.js';
import { binary, cond, constant, i32, i64, unary } from '../ir/make.js';
import { once } from './once.js';
import type { ArgumentInfo, LowerContext, Overload, OverloadProblem, StandardFunction } from './standard-function.js';
import { wrapInteger } from './wrap-integer.js';

type Shift = 'SHL' | 'SHR' | 'ROL' | 'ROR';

/** Bit shift (IEC 61131-3:2013, table 30) and bitwise Boolean functions (table 31). */
export const bitFunctions: readonly StandardFunction[] = [
  shift('SHL', 'Bits moved left, zeros follow; N < 1 leaves IN, N from the width on gives 0'),
  shift('SHR', 'Bits moved right, zeros follow (a signed integer keeps its sign); N < 1 leaves IN'),
  shift('ROL', 'Bits rotated left by N modulo the width'),
  shift('ROR', 'Bits rotated right by N modulo the width'),
  logic('AND', 'and'),
  logic('OR', 'or'),
  logic('XOR', 'xor'),
  define({
    name: 'NOT',
    summary: 'All bits inverted (IEC 61131-3:2013, table 31).',
    formals: ['IN'],
    resolve(args, profile, expected) {
      const type = commonType(args, bitsAndIntegers, 'a bit string', profile, expected);
      if ('problem' in type) return type;
      return overload(profile, [type], type, ([x]) => invert(type, x!));
    },
  }),
];

/** NOT of a value. */
export function invert(type: ElementaryType, value: IrExpr): IrExpr {
  if (type.group === 'bool') return unary('i32.eqz', value);
  return type.num === 'i64' ? binary('i64.xor', value, i64(-1n)) : wrapInteger(type, binary('i32.xor', value, i32(-1)));
}

function logic(name: string, code: 'and' | 'or' | 'xor'): StandardFunction {
  return define({
    name,
    summary: `Bitwise ${name} (IEC 61131-3:2013, table 31).`,
    formals: ['IN1', 'IN2'],
    extensible: true,
    resolve(args, profile, expected) {
      const type = commonType(args, bitsAndIntegers, 'bit strings', profile, expected);
      if ('problem' in type) return type;
      const op: BinaryOp = type.num === 'i64' ? `i64.${code}` : `i32.${code}`;
      return overload(
        profile,
        args.map(() => type),
        type,
        (values) => values.slice(1).reduce((so, v) => binary(op, so, v), values[0]!),
      );
    },
  });
}

function shift(name: Shift, what: string): StandardFunction {
  return define({
    name,
    summary: `${what} (IEC 61131-3:2013, table 30).`,
    formals: ['IN', 'N'],
    resolve: (args, profile, expected) => resolveShift(name, args, profile, expected),
  });
}

function resolveShift(
  name: Shift,
  args: readonly ArgumentInfo[],
  profile: Profile,
  expected: Type | undefined,
): Overload | OverloadProblem {
  const wanted = expected && elementaryOf(expected);
  const type = commonType(
    [args[0]!],
    bitsAndIntegers,
    'a bit string as IN',
    profile,
    wanted && bitsAndIntegers.has(wanted.group) ? expected : e.DWORD,
  );
  if ('problem' in type) return type;
  const count = elementaryOf(literalType(args[1]!, undefined));
  if (!count || !(integers.has(count.group) || (isLenient(profile) && count.group === 'bits')))
    return { problem: `takes an integer as N, not ${nameOf(args[1]!.type)}` };
  return overload(profile, [type, count], type, ([value, n], context) =>
    // The count as DINT, saturated, so that a LINT or ULINT count means what it says.
    once(context, [value!, saturatedCount(count, n!, context)], ([x, k]) =>
      name === 'SHL' || name === 'SHR' ? shifted(name, type, x!, k!) : rotatedBy(name, type, x!, k!),
    ),
  );
}

/** Any integer as an i32 between its limits. */
export function saturatedCount(type: ElementaryType, value: IrExpr, context: LowerContext): IrExpr {
  if (type.size < 4 || type === e.DINT) return value;
  if (type.num === 'i32') return cond(binary('i32.lt_s', value, i32(0)), i32(0x7fff_ffff), value);
  const wide = convertScalar(type, e.LINT, value, context);
  return once(context, [wide], ([v]) => {
    const high = cond(binary('i64.gt_s', v!, i64(0x7fff_ffffn)), i64(0x7fff_ffffn), v!);
    const low = cond(
      binary('i64.lt_s', v!, i64(-0x8000_0000n)),
      i64(type === e.ULINT || type === e.LWORD ? 0x7fff_ffffn : -0x8000_0000n),
      high,
    );
    return unary('i32.wrap_i64', low);
  });
}

const widthOf = (type: ElementaryType): number => (type.group === 'bool' ? 1 : type.size * 8);

function shifted(name: 'SHL' | 'SHR', type: ElementaryType, x: IrExpr, k: IrExpr): IrExpr {
  const width = widthOf(type);
  const num = type.num === 'i64' ? 'i64' : 'i32';
  const amount = num === 'i64' ? unary('i64.extend_i32_u', k) : k;
  const arithmetic = name === 'SHR' && type.group === 'signed';
  const moved =
    name === 'SHL'
      ? wrapInteger(type, binary(`${num}.shl`, x, amount))
      : binary(`${num}.shr_${arithmetic ? 's' : 'u'}`, x, amount);
  const all = arithmetic ? binary(`${num}.shr_s`, x, constant(num, 63 % (num === 'i64' ? 64 : 32))) : constant(num, 0);
  if (k.op === 'const') {
    const by = Number(k.value);
    return by < 1 ? x : by >= width ? all : moved;
  }
  return cond(binary('i32.ge_s', k, i32(width)), all, cond(binary('i32.lt_s', k, i32(1)), x, moved));
}

function rotatedBy(name: 'ROL' | 'ROR', type: ElementaryType, x: IrExpr, k: IrExpr): IrExpr {
  const width = widthOf(type);
  if (width === 1) return x;
  if (type.num === 'i64') return binary(name === 'ROL' ? 'i64.rotl' : 'i64.rotr', x, unary('i64.extend_i32_u', k));
  if (width === 32) return binary(name === 'ROL' ? 'i32.rotl' : 'i32.rotr', x, k);
  // Within the low bits: left by k is left by k, joined with right by width - k, all modulo the width.
  const mask = i32(width - 1);
  const left = binary('i32.and', name === 'ROL' ? k : binary('i32.sub', i32(0), k), mask);
  const bits = binary('i32.and', x, i32(2 ** width - 1));
  const joined = binary(
    'i32.or',
    binary('i32.shl', bits, left),
    binary('i32.shr_u', bits, binary('i32.sub', i32(width), left)),
  );
  return wrapInteger(type, joined);
}
