import type { ElementaryType, StringType, Type } from '../check/types.js';
import { sameType } from '../check/type-name.js';
import { stringType } from '../check/types.js';
import type { Profile } from '../profile.js';
import type { Group } from './arguments.js';
import { commonType, literalType, nameOf } from './arguments.js';
import type { ArgumentInfo } from './standard-function.js';

/** What arguments that must be of one type have in common: a scalar type, strings of one kind, or one and the same derived type. */
export type Alike =
  | { readonly kind: 'scalar'; readonly params: readonly Type[]; readonly type: ElementaryType; readonly result: Type }
  | { readonly kind: 'string'; readonly params: readonly StringType[]; readonly result: StringType }
  | { readonly kind: 'aggregate'; readonly params: readonly Type[]; readonly result: Type };

const everything: ReadonlySet<Group> = new Set<Group>([
  'bool',
  'bits',
  'signed',
  'unsigned',
  'real',
  'duration',
  'date',
  'tod',
  'dt',
  'char',
]);

/** The common type of arguments of any type (ANY, ANY_ELEMENTARY). */
export function alike(
  args: readonly ArgumentInfo[],
  profile: Profile,
  expected?: Type,
): Alike | { readonly problem: string } {
  if (args.some((a) => isText(a.type))) return alikeStrings(args, expected);
  const derived = args.find((a) => !['elementary', 'subrange', 'literal', 'null'].includes(a.type.kind));
  if (derived) {
    const other = args.find((a) => a.type.kind !== 'null' && !sameType(a.type, derived.type));
    if (!other) {
      const params = args.map(() => derived.type);
      if (derived.type.kind === 'enum')
        return { kind: 'scalar', params, type: derived.type.base, result: derived.type };
      return { kind: 'aggregate', params, result: derived.type };
    }
    // Enums of different types, or an enum and a number, meet in the number.
    if (args.some((a) => !['elementary', 'subrange', 'literal', 'enum'].includes(a.type.kind)))
      return { problem: `can't take ${nameOf(derived.type)} and ${nameOf(other.type)} together` };
  }
  const type = commonType(args, everything, 'values of one type', profile, expected);
  if ('problem' in type) return type;
  const same =
    args.every((a) => a.type === args[0]!.type) && args[0]!.type.kind === 'subrange' ? args[0]!.type : undefined;
  return { kind: 'scalar', params: args.map(() => type), type, result: same ?? type };
}

const isText = (type: Type): boolean =>
  type.kind === 'string' || (type.kind === 'literal' && (type.form === 'string' || type.form === 'wstring'));

/** Strings of one kind; a literal takes the kind of the others. */
function alikeStrings(args: readonly ArgumentInfo[], expected: Type | undefined): Alike | { readonly problem: string } {
  const typed = args.find((a) => a.type.kind === 'string')?.type ?? expected;
  const params: StringType[] = [];
  for (const info of args) {
    const own = literalType(info, typed);
    if (own.kind !== 'string') return { problem: `can't take ${nameOf(info.type)} and a string together` };
    params.push(own);
  }
  const wide = params[0]!.wide;
  if (params.some((p) => p.wide !== wide))
    return { problem: "can't mix STRING and WSTRING; convert with STRING_TO_WSTRING or WSTRING_TO_STRING" };
  return { kind: 'string', params, result: stringType(wide, Math.max(...params.map((p) => p.capacity))) };
}
