import type { ElementaryType, Type } from '../check/types.js';
import { elementaryTypes as e, stringType } from '../check/types.js';
import { elementaryNames } from '../../model/data-type.js';
import type { Profile } from '../profile.js';
import { elementaryOf, holds, isLenient, literalType, literalValue, nameOf } from './arguments.js';
import { convertible, convertScalar, isIntegerLike } from './convert-scalar.js';
import { define, isProblem, overload } from './define.js';
import { intoScratch } from './string-functions.js';
import type { ArgumentInfo, Overload, OverloadProblem, StandardFunction } from './standard-function.js';
import { textAddress, textArguments } from './text-arguments.js';
import { scalarToText, textCapacity, textToScalar } from './text-conversion.js';

/** A side of a conversion: an elementary type, or text. */
export type ConversionType = ElementaryType | 'STRING' | 'WSTRING';

const longNames: Readonly<Record<string, ElementaryType>> = {
  TIME_OF_DAY: e.TOD,
  DATE_AND_TIME: e.DT,
  LTIME_OF_DAY: e.LTOD,
  LDATE_AND_TIME: e.LDT,
};

/** The type that a part of a function's name means. */
export function conversionType(name: string): ConversionType | undefined {
  if (name === 'STRING' || name === 'WSTRING') return name;
  return (
    longNames[name] ?? ((elementaryNames as readonly string[]).includes(name) ? e[name as keyof typeof e] : undefined)
  );
}

const labelOf = (type: ConversionType): string => (typeof type === 'string' ? type : type.name);

/** A_TO_B, TO_B, ANY_TO_B, A_TRUNC_B and TRUNC_B for every pair of types that convert; undefined for other names. */
export function conversionFunction(name: string): StandardFunction | undefined {
  for (const [separator, truncates] of [
    ['_TO_', false],
    ['_TRUNC_', true],
  ] as const) {
    for (let at = name.indexOf(separator); at > 0; at = name.indexOf(separator, at + 1)) {
      const to = conversionType(name.slice(at + separator.length));
      const from = name.slice(0, at) === 'ANY' ? 'any' : conversionType(name.slice(0, at));
      if (!from || !to) continue;
      if (truncates && !(from !== 'any' && isReal(from) && isInteger(to))) continue;
      if (from === 'any') return convertAny(name, to, false);
      if (typeof from !== 'string' && typeof to !== 'string' && !convertible(from, to)) continue;
      return conversion(name, from, to, truncates);
    }
  }
  if (name.startsWith('TO_')) {
    const to = conversionType(name.slice(3));
    return to && convertAny(name, to, false);
  }
  if (name.startsWith('TRUNC_')) {
    const to = conversionType(name.slice(6));
    return to && isInteger(to) ? convertAny(name, to, true) : undefined;
  }
  return name === 'TRUNC' ? truncate : undefined;
}

const isReal = (type: ConversionType): boolean => typeof type !== 'string' && type.group === 'real';
const isInteger = (type: ConversionType): boolean =>
  typeof type !== 'string' && (type.group === 'signed' || type.group === 'unsigned');

/** A conversion between two given types, also under another name (for conversions of derived types). */
export function conversion(
  name: string,
  from: ConversionType,
  to: ConversionType,
  truncates = false,
): StandardFunction {
  return define({
    name,
    summary: `${labelOf(from)} to ${labelOf(to)}${truncates ? ', towards 0' : ''} (IEC 61131-3:2013, tables 22 to 26).`,
    // PC WORX: how the number is written.
    ...(to === 'STRING' && isInteger(from) ? { formals: ['IN', 'FORMAT'], least: 1 } : { formals: ['IN'] }),
    resolve: ([info, format], profile, expected) => {
      const found = resolveConversion(info!, from, to, truncates, profile, expected);
      return format && !isProblem(found) ? withFormat(found, format) : found;
    },
  });
}

/** The conversion with a format beside the number; those that say what it does anyway are all that is known. */
function withFormat(found: Overload, format: ArgumentInfo): Overload | OverloadProblem {
  if (typeof format.constant !== 'string' || !/^%l?[diu]$/.test(format.constant))
    return { problem: "writes numbers as the format '%d' says, and knows no other" };
  return {
    params: [...found.params, stringType(false, format.constant.length)],
    result: found.result,
    lower: (values, context) => found.lower(values, context),
  };
}

function convertAny(name: string, to: ConversionType, truncates: boolean): StandardFunction {
  return define({
    name,
    summary: `Anything to ${labelOf(to)}${truncates ? ', towards 0' : ''} (IEC 61131-3:2013, table 22).`,
    formals: ['IN'],
    resolve([info], profile, expected) {
      const type = info!.type;
      // A literal is read as the target where that holds it.
      const own = literalType(info!, typeof to === 'string' ? stringType(to === 'WSTRING', 1) : to);
      const from =
        own.kind === 'string'
          ? own.wide
            ? 'WSTRING'
            : 'STRING'
          : (elementaryOf(own) ?? (type.kind === 'pointer' ? e.UDINT : undefined));
      if (!from) return { problem: `can't convert ${nameOf(type)}` };
      if (typeof from !== 'string' && typeof to !== 'string' && !convertible(from, to))
        return { problem: `can't convert ${from.name}` };
      return resolveConversion(info!, from, to, truncates, profile, expected);
    },
  });
}

const truncate: StandardFunction = define({
  name: 'TRUNC',
  summary:
    'The whole part, as the integer type that the context wants, else DINT or LINT (IEC 61131-3:2013, table 22).',
  formals: ['IN'],
  resolve([info], profile, expected) {
    const from = elementaryOf(
      literalType(info!, expected && elementaryOf(expected)?.group === 'real' ? expected : e.LREAL),
    );
    if (!from || (from.group !== 'real' && info!.type.kind !== 'literal'))
      return { problem: `takes a REAL or LREAL, not ${nameOf(info!.type)}` };
    const wanted = expected && elementaryOf(expected);
    const to =
      wanted && isInteger(wanted)
        ? wanted
        : from === e.LREAL && info!.type.kind !== 'literal' && !isLenient(profile)
          ? e.LINT
          : e.DINT;
    return resolveConversion(info!, from.group === 'real' ? from : e.LREAL, to, true, profile, expected);
  },
});

function resolveConversion(
  info: ArgumentInfo,
  from: ConversionType,
  to: ConversionType,
  truncates: boolean,
  profile: Profile,
  expected: Type | undefined,
): Overload | OverloadProblem {
  if (typeof from === 'string') return fromText(info, from === 'WSTRING', to, expected);
  const argument = scalarArgument(info, from, profile);
  if (isProblem(argument)) return argument;
  const { param, read } = argument;
  if (typeof to === 'string') {
    const wide = to === 'WSTRING';
    return {
      params: [param],
      result: stringType(wide, textCapacity(from)),
      lower: ([value], context) => scalarToText(from, wide, convertScalar(read, from, value!, context), context),
    };
  }
  return overload(profile, [param], to, ([value], context) =>
    convertScalar(from, to, convertScalar(read, from, value!, context), context, truncates ? 'truncate' : undefined),
  );
}

/**
 * How the argument of A_TO_B is passed: as A, except that enums, subranges and pointers stay what they are, and that the
 * lenient profiles take any integer literal (BYTE_TO_WORD(-1)) and wrap it.
 */
function scalarArgument(
  info: ArgumentInfo,
  from: ElementaryType,
  profile: Profile,
): { readonly param: Type; readonly read: ElementaryType } | OverloadProblem {
  const { type } = info;
  if (type.kind === 'literal') {
    const value = literalValue(info);
    if (
      isLenient(profile) &&
      type.form === 'int' &&
      typeof value === 'bigint' &&
      isIntegerLike(from) &&
      !holds(from, value)
    )
      return { param: e.LINT, read: e.LINT };
    return { param: from, read: from };
  }
  const own = elementaryOf(type);
  if (own === from) return { param: type, read: from };
  if (own)
    return type.kind === 'enum' && isIntegerLike(from) ? { param: type, read: own } : { param: from, read: from };
  if (type.kind === 'pointer' && isIntegerLike(from) && isLenient(profile)) return { param: type, read: e.UDINT };
  return { problem: `expects ${from.name}, not ${nameOf(type)}` };
}

function fromText(
  info: ArgumentInfo,
  wide: boolean,
  to: ConversionType,
  expected: Type | undefined,
): Overload | OverloadProblem {
  const texts = textArguments([info], stringType(wide, 1));
  if (isProblem(texts)) return texts;
  if (texts.wide !== wide) return { problem: `expects ${wide ? 'a WSTRING' : 'a STRING'}, not ${nameOf(info.type)}` };
  const param = texts.params[0]!;
  if (typeof to !== 'string') {
    return {
      params: [param],
      result: to,
      lower: ([text], context) => textToScalar(to, wide, textAddress(param, text!, context), context),
    };
  }
  const toWide = to === 'WSTRING';
  if (toWide === wide)
    return {
      params: [param],
      result: param.kind === 'string' ? param : stringType(wide, 1),
      lower: ([text], context) => textAddress(param, text!, context),
    };
  const room =
    expected?.kind === 'string' && expected.wide === toWide
      ? Math.min(expected.capacity, texts.capacities[0]!)
      : texts.capacities[0]!;
  const result = stringType(toWide, Math.max(1, room));
  return {
    params: [param],
    result,
    lower: ([text], context) =>
      intoScratch(result, context, (target, cap) =>
        context.callPrelude(
          toWide ? '__STR_TO_WSTR' : '__WSTR_TO_STR',
          [target, cap, textAddress(param, text!, context)],
          'i32',
        ),
      ),
  };
}
