import type { Type } from '../../../../server/src/compiler/check/types.js';
import { elementaryTypes } from '../../../../server/src/compiler/check/types.js';
import type { Profile } from '../../../../server/src/compiler/profile.js';
import { defaultProfile } from '../../../../server/src/compiler/profile.js';
import { findStandardFunction } from '../../../../server/src/compiler/stdlib/standard-functions.js';
import type { ArgumentInfo } from '../../../../server/src/compiler/stdlib/standard-function.js';
import type { SourceSpan } from '../../../../server/src/model/source-span.js';
import type { ElementaryName } from '../../../../server/src/model/data-type.js';

export type Constant = bigint | number | boolean | string;
/** An argument: a type with a value, or an untyped literal. */
export type Given = readonly [type: ElementaryName, value: Constant] | { readonly literal: bigint | number };

const span = { file: 'test', start: 0, end: 0 } as unknown as SourceSpan;

function infoOf(given: Given): ArgumentInfo {
  if ('literal' in given) {
    const type: Type =
      typeof given.literal === 'bigint'
        ? { kind: 'literal', form: 'int', value: given.literal }
        : { kind: 'literal', form: 'real' };
    return { type, constant: given.literal, span };
  }
  return { type: elementaryTypes[given[0]], constant: given[1], span };
}

const valueOf = (given: Given): Constant => ('literal' in given ? given.literal : given[1]);

export interface CallResult {
  /** Name of the result's type. */
  readonly type: string;
  readonly value: Constant | undefined;
}

/** Resolves a call on constants and folds it; a problem comes back as its sentence. */
export function callConstant(
  name: string,
  args: readonly Given[],
  options: { profile?: Profile; expected?: ElementaryName } = {},
): CallResult | string {
  const profile = options.profile ?? defaultProfile;
  const fn = findStandardFunction(name);
  if (!fn) return `no function ${name}`;
  const found = fn.resolve(args.map(infoOf), profile, options.expected && elementaryTypes[options.expected]);
  if ('problem' in found) return found.problem;
  const values = args.map((arg, i) => {
    const param = found.params[i]!;
    const value = valueOf(arg);
    // As the checker does: an integer literal becomes what it is passed as.
    return typeof value === 'bigint' && param.kind === 'elementary' && param.group === 'real'
      ? Number(value)
      : typeof value === 'bigint' && param.kind === 'elementary' && param.group === 'bool'
        ? value !== 0n
        : value;
  });
  const result = found.result;
  return {
    type:
      result.kind === 'elementary' || result.kind === 'enum' || result.kind === 'subrange' ? result.name : result.kind,
    value: found.fold?.(values),
  };
}
