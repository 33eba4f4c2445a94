import type { StringType, Type } from '../check/types.js';
import { elementaryTypes as e, stringType } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import type { Profile } from '../profile.js';
import { elementaryOf, integers, isLenient, literalType, nameOf } from './arguments.js';
import { saturatedCount } from './bit-functions.js';
import { drop, seq } from '../ir/make.js';
import type { ArgumentInfo, LowerContext, OverloadProblem } from './standard-function.js';

/** Longest text that a string function builds where neither the context nor an argument asks for more, in characters. */
const longestTemporary = 4096;

/** Arguments that are text (ANY_STRING, and CHAR as a string of one), all of one kind. */
export interface TextArguments {
  readonly wide: boolean;
  readonly params: readonly Type[];
  /** Most characters that each argument has. */
  readonly capacities: readonly number[];
}

export function textArguments(
  args: readonly ArgumentInfo[],
  expected: Type | undefined,
): TextArguments | OverloadProblem {
  const typed =
    args.map((a) => wideOf(a.type)).find((wide) => wide !== undefined) ??
    (expected?.kind === 'string' ? expected.wide : undefined);
  const wide = typed ?? args.some((a) => a.type.kind === 'literal' && a.type.form === 'wstring');
  const params: Type[] = [];
  for (const info of args) {
    const own = literalType(info, stringType(wide, 1));
    const itsWide = wideOf(own);
    if (itsWide === undefined)
      return { problem: `expects ${wide ? 'a WSTRING' : 'a STRING'}, not ${nameOf(info.type)}` };
    if (itsWide !== wide)
      return { problem: "can't mix STRING and WSTRING; convert with STRING_TO_WSTRING or WSTRING_TO_STRING" };
    params.push(own);
  }
  return { wide, params, capacities: params.map((p) => (p.kind === 'string' ? p.capacity : 1)) };
}

function wideOf(type: Type): boolean | undefined {
  if (type.kind === 'string') return type.wide;
  return type === e.CHAR ? false : type === e.WCHAR ? true : undefined;
}

/** Address of the text of an argument; a character becomes a string of one. */
export function textAddress(type: Type, value: IrExpr, context: LowerContext): IrExpr {
  if (type.kind === 'string') return value;
  const wide = type === e.WCHAR;
  const target = context.scratch(wide ? 4 : 2);
  return seq([drop(context.callPrelude(wide ? '__WSTR_OF_CHAR' : '__STR_OF_CHAR', [target, value], 'i32'))], target);
}

/** The type of a result that could need `needed` characters: no longer than the context takes. */
export function textResult(
  wide: boolean,
  needed: number,
  capacities: readonly number[],
  expected: Type | undefined,
): StringType {
  const longest = Math.max(1, ...capacities);
  if (expected?.kind === 'string' && expected.wide === wide)
    return stringType(wide, Math.max(1, Math.min(needed, expected.capacity)));
  return stringType(wide, Math.max(1, Math.min(needed, Math.max(longest, longestTemporary))));
}

/** An ANY_INT argument that counts or points at characters: its type, and its value as DINT, saturated. */
export interface CountArgument {
  readonly param: Type;
  lower(value: IrExpr, context: LowerContext): IrExpr;
}

export function countArgument(info: ArgumentInfo, formal: string, profile: Profile): CountArgument | OverloadProblem {
  const type = elementaryOf(literalType(info, undefined));
  if (!type || !(integers.has(type.group) || (isLenient(profile) && type.group === 'bits')))
    return { problem: `takes an integer as ${formal}, not ${nameOf(info.type)}` };
  return { param: type, lower: (value, context) => saturatedCount(type, value, context) };
}
