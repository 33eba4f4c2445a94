import type { ElementaryType, Type } from '../check/types.js';
import { elementaryTypes as e } from '../check/types.js';
import type { Profile } from '../profile.js';
import { bitsBySize, bitsIn, commonType, elementaryOf } from './arguments.js';
import { conversionType } from './conversion-functions.js';
import { convertScalar } from './convert-scalar.js';
import { define } from './define.js';
import type { ArgumentInfo, Overload, OverloadProblem, StandardFunction } from './standard-function.js';

const isBits = (type: ReturnType<typeof conversionType>): type is ElementaryType =>
  typeof type === 'object' && type.group === 'bits';
const isInteger = (type: ReturnType<typeof conversionType>): type is ElementaryType =>
  typeof type === 'object' && (type.group === 'signed' || type.group === 'unsigned');

/**
 * Packed decimal (IEC 61131-3:2013, table 26): A_BCD_TO_B, BCD_TO_B, A_TO_BCD_B, A_TO_BCD, TO_BCD_B. A code with a digit above
 * 9 gives 0; digits that the code has no room for, and the sign, are lost. BCD_TO_INT and INT_TO_BCD are for every integer type, as
 * compilers of the second edition have them: the argument says which, or what the result is for.
 */
export function bcdFunction(name: string): StandardFunction | undefined {
  const decode = /^(?:(\w+?)_)?BCD_TO_(\w+)$/.exec(name);
  if (decode) {
    const from = decode[1] === undefined ? undefined : conversionType(decode[1]);
    const to = conversionType(decode[2]!);
    if (!isInteger(to) || (decode[1] !== undefined && !isBits(from))) return undefined;
    return define({
      name,
      summary: 'Packed decimal to integer (IEC 61131-3:2013, table 26).',
      formals: ['IN'],
      resolve: (args, profile, expected) =>
        resolveDecode(args[0]!, isBits(from) ? from : undefined, to, name === 'BCD_TO_INT', profile, expected),
    });
  }
  const encode = /^(?:(\w+?)_)?TO_BCD(?:_(\w+))?$/.exec(name);
  if (!encode) return undefined;
  const from = encode[1] === undefined ? undefined : conversionType(encode[1]);
  const to = encode[2] === undefined ? undefined : conversionType(encode[2]);
  if ((encode[1] !== undefined && !isInteger(from)) || (encode[2] !== undefined && !isBits(to)) || (!from && !to))
    return undefined;
  return define({
    name,
    summary: 'Integer to packed decimal (IEC 61131-3:2013, table 26).',
    formals: ['IN'],
    resolve: (args, profile, expected) =>
      resolveEncode(
        args[0]!,
        isInteger(from) ? (name === 'INT_TO_BCD' ? (integerOf(args[0]!) ?? from) : from) : undefined,
        isBits(to) ? to : undefined,
        profile,
        expected,
      ),
  });
}

/** The integer type that an argument has. */
function integerOf(info: ArgumentInfo): ElementaryType | undefined {
  const type = elementaryOf(info.type);
  return type && isInteger(type) ? type : undefined;
}

function resolveDecode(
  info: ArgumentInfo,
  given: ElementaryType | undefined,
  named: ElementaryType,
  anyInteger: boolean,
  profile: Profile,
  expected: Type | undefined,
): Overload | OverloadProblem {
  const from = given ?? commonType([info], bitsIn(profile), 'a bit string', profile, expected);
  if ('problem' in from) return from;
  const wanted = anyInteger && expected ? elementaryOf(expected) : undefined;
  const to = wanted && isInteger(wanted) && wanted.size >= from.size ? wanted : named;
  return {
    params: [from],
    result: to,
    lower: ([code], context) =>
      convertScalar(
        e.ULINT,
        to,
        context.callPrelude('__BCD_TO_ULINT', [convertScalar(from, e.LWORD, code!, context)], 'i64'),
        context,
      ),
  };
}

function resolveEncode(
  info: ArgumentInfo,
  given: ElementaryType | undefined,
  wanted: ElementaryType | undefined,
  profile: Profile,
  expected: Type | undefined,
): Overload | OverloadProblem {
  const from = given ?? commonType([info], new Set(['signed', 'unsigned'] as const), 'an integer', profile, expected);
  if ('problem' in from) return from;
  const context = expected && elementaryOf(expected);
  const to = wanted ?? (context?.group === 'bits' ? context : bitsBySize[from.size]!);
  return {
    params: [from],
    result: to,
    lower: ([value], lowering) =>
      convertScalar(
        e.LWORD,
        to,
        lowering.callPrelude('__ULINT_TO_BCD', [convertScalar(from, e.ULINT, value!, lowering)], 'i64'),
        lowering,
      ),
  };
}
