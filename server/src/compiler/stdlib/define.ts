import type { Type } from '../check/types.js';
import { errorType } from '../check/types.js';
import type { IrExpr } from '../ir/ir.js';
import type { Profile } from '../profile.js';
import { foldByLowering } from './fold-constant.js';
import { i32 } from '../ir/make.js';
import type { ArgumentInfo, LowerContext, Overload, OverloadProblem, StandardFunction } from './standard-function.js';

/** A standard function as a table row: what `resolve` gets is already counted and free of erroneous arguments. */
export interface Definition {
  readonly name: string;
  readonly summary: string;
  readonly formals: readonly string[];
  readonly extensible?: boolean;
  /** Fewest arguments; default: all formals. */
  readonly least?: number;
  readonly alikeFrom?: number;
  readonly aliases?: Readonly<Record<string, string>>;
  resolve(args: readonly ArgumentInfo[], profile: Profile, expected?: Type): Overload | OverloadProblem;
}

/** Makes the function: checks the number of arguments, prefixes problems with the name. */
export function define(definition: Definition): StandardFunction {
  const { name, formals, extensible } = definition;
  const least = definition.least ?? formals.length;
  return {
    name,
    summary: definition.summary,
    formals,
    ...(extensible && { extensible }),
    ...(definition.alikeFrom !== undefined && { alikeFrom: definition.alikeFrom }),
    ...(definition.aliases && { aliases: definition.aliases }),
    resolve(args, profile, expected) {
      if (args.some((a) => a.type.kind === 'error')) return anything(args);
      if (args.length < least || (!extensible && args.length > formals.length)) {
        const wanted = extensible
          ? `at least ${least}`
          : least === formals.length
            ? String(least)
            : `${least} to ${formals.length}`;
        return {
          problem: `${name} takes ${wanted} argument${wanted === '1' ? '' : 's'} (${formals.join(', ')}${extensible ? ', ...' : ''}), but ${args.length} ${args.length === 1 ? 'is' : 'are'} given.`,
        };
      }
      const found = definition.resolve(args, profile, expected);
      return 'problem' in found ? { problem: `${name} ${found.problem}.` } : found;
    },
  };
}

/** After an error in an argument, so that it is reported once. */
const anything = (args: readonly ArgumentInfo[]): Overload => ({
  params: args.map((a) => a.type),
  result: errorType,
  lower: () => i32(0),
});

/** An overload on scalars whose constant calls fold by evaluating what it lowers to. */
export function overload(
  profile: Profile,
  params: readonly Type[],
  result: Type,
  lower: (args: readonly IrExpr[], context: LowerContext) => IrExpr,
): Overload {
  const plain = { params, result, lower };
  return { ...plain, fold: (args) => foldByLowering(plain, profile, args) };
}

export const isProblem = (found: object): found is OverloadProblem => 'problem' in found;
