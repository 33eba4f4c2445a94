import type { ElementaryType, Type } from '../check/types.js';
import { elementaryTypes as e, stringType, underlying } from '../check/types.js';
import type { Profile } from '../profile.js';
import type { ArgumentInfo } from './standard-function.js';

/** Classification of arguments, and the type that several of them have in common. */
export type Group = ElementaryType['group'];

export const integers: ReadonlySet<Group> = new Set<Group>(['signed', 'unsigned']);
export const numbers: ReadonlySet<Group> = new Set<Group>(['signed', 'unsigned', 'real']);
export const bitStrings: ReadonlySet<Group> = new Set<Group>(['bool', 'bits']);
export const instants: ReadonlySet<Group> = new Set<Group>(['duration', 'date', 'tod', 'dt']);
/** What counts as a number where the profile is as lenient as CODESYS: bit strings too. */
export const numbersIn = (profile: Profile): ReadonlySet<Group> =>
  isLenient(profile) ? new Set<Group>([...numbers, 'bits']) : numbers;
/** What the bit functions take in every profile, as the operators NOT and AND do: integers are their bits. */
export const bitsAndIntegers: ReadonlySet<Group> = new Set<Group>([...bitStrings, ...integers]);
/** What counts as a bit string where the profile is lenient: integers too. */
export const bitsIn = (profile: Profile): ReadonlySet<Group> =>
  isLenient(profile) ? new Set<Group>([...bitStrings, ...integers]) : bitStrings;
export const isLenient = (profile: Profile): boolean => profile.implicitConversion === 'narrowing-with-warning';

/** The elementary type whose values a type has, through subranges and enums; undefined for literals, strings and the rest. */
export function elementaryOf(type: Type): ElementaryType | undefined {
  const under = underlying(type);
  return under.kind === 'elementary' ? under : undefined;
}

/** Value of an untyped literal or constant argument of a literal type. */
export function literalValue(info: ArgumentInfo): bigint | number | boolean | string | undefined {
  if (info.type.kind !== 'literal') return undefined;
  return info.constant ?? info.type.value;
}

/** Whether an integer literal is a value of a type. */
export function holds(type: ElementaryType, value: bigint): boolean {
  const bits = BigInt(type.size * 8);
  switch (type.group) {
    case 'signed':
      return value >= -(1n << (bits - 1n)) && value < 1n << (bits - 1n);
    case 'unsigned':
    case 'bits':
      return value >= 0n && value < 1n << bits;
    case 'bool':
      return value === 0n || value === 1n;
    case 'real':
      return true;
    default:
      return false;
  }
}

const signedBySize: Readonly<Record<number, ElementaryType>> = { 1: e.SINT, 2: e.INT, 4: e.DINT, 8: e.LINT };
const unsignedBySize: Readonly<Record<number, ElementaryType>> = { 1: e.USINT, 2: e.UINT, 4: e.UDINT, 8: e.ULINT };
export const bitsBySize: Readonly<Record<number, ElementaryType>> = { 1: e.BYTE, 2: e.WORD, 4: e.DWORD, 8: e.LWORD };

/** The smallest type both convert to without loss (IEC 61131-3:2013, figure 12); undefined where there is none. */
export function wider(a: ElementaryType, b: ElementaryType, profile: Profile): ElementaryType | undefined {
  if (a === b) return a;
  if (a.group === b.group) {
    if (a.group === 'char') return undefined;
    if (instants.has(a.group)) return a.name.startsWith('L') ? a : b;
    return a.size >= b.size ? a : b;
  }
  if (a.group === 'real') return wider(b, a, profile);
  if (b.group === 'real') {
    if (!integers.has(a.group) && !(isLenient(profile) && a.group === 'bits')) return undefined;
    return b === e.REAL && a.size >= 4 && !isLenient(profile) ? e.LREAL : b;
  }
  if (bitStrings.has(a.group) && bitStrings.has(b.group)) return a.group === 'bool' ? b : a;
  if (integers.has(a.group) && integers.has(b.group)) {
    const [signed, unsigned] = a.group === 'signed' ? [a, b] : [b, a];
    return signed.size > unsigned.size
      ? signed
      : (signedBySize[unsigned.size * 2] ?? (isLenient(profile) ? e.LINT : undefined));
  }
  if (!isLenient(profile)) return undefined;
  // CODESYS reckons with bit strings as with unsigned integers.
  if (a.group === 'bits' && integers.has(b.group)) return wider(unsignedBySize[a.size]!, b, profile);
  if (b.group === 'bits' && integers.has(a.group)) return wider(a, unsignedBySize[b.size]!, profile);
  return undefined;
}

/** The type of an untyped literal where no other argument decides: what the context expects if it fits, else DINT, LINT, ULINT; REAL; STRING. */
export function literalType(info: ArgumentInfo, expected: Type | undefined): Type {
  const type = info.type;
  if (type.kind !== 'literal') return type;
  const wanted = expected && elementaryOf(expected);
  const value = literalValue(info);
  switch (type.form) {
    case 'bool':
      return e.BOOL;
    case 'real':
      return wanted?.group === 'real' ? wanted : e.REAL;
    case 'string':
    case 'wstring': {
      const wide = type.form === 'wstring' || (expected?.kind === 'string' && expected.wide);
      return stringType(wide, typeof value === 'string' ? value.length : 254);
    }
    case 'int': {
      const v = typeof value === 'bigint' ? value : 0n;
      if (wanted && holds(wanted, v) && wanted.group !== 'bool') return wanted;
      return holds(e.DINT, v) ? e.DINT : holds(e.LINT, v) ? e.LINT : e.ULINT;
    }
  }
}

/** The smallest type not below `type` that holds an integer literal. */
function grownFor(type: ElementaryType, value: bigint, profile: Profile): ElementaryType | undefined {
  if (holds(type, value)) return type;
  if (type.group === 'bits') {
    const bits = [1, 2, 4, 8].map((size) => bitsBySize[size]!).find((t) => t.size >= type.size && holds(t, value));
    return bits ?? (isLenient(profile) ? type : undefined);
  }
  if (!integers.has(type.group)) return undefined;
  const candidates = type.group === 'unsigned' ? [unsignedBySize, signedBySize] : [signedBySize];
  for (const table of candidates) {
    for (const size of [1, 2, 4, 8]) {
      const grown = table[size]!;
      if (grown.size >= type.size && holds(grown, value)) return wider(grown, type, profile) ?? grown;
    }
  }
  return undefined;
}

/** The one elementary type that all arguments convert to, or the sentence that says why there is none. */
export function commonType(
  infos: readonly ArgumentInfo[],
  allowed: ReadonlySet<Group>,
  what: string,
  profile: Profile,
  expected?: Type,
): ElementaryType | { readonly problem: string } {
  let common: ElementaryType | undefined;
  for (const info of infos) {
    if (info.type.kind === 'literal') continue;
    const own = elementaryOf(info.type);
    if (!own || !allowed.has(own.group)) return { problem: `expects ${what}, not ${nameOf(info.type)}` };
    const next = common ? wider(common, own, profile) : own;
    if (!next)
      return { problem: `has no type that both ${common!.name} and ${own.name} convert to; convert one of them` };
    common = next;
  }
  const literals = infos.filter((i) => i.type.kind === 'literal');
  if (!common) {
    for (const info of literals) {
      const own = literalType(info, expected);
      if (own.kind !== 'elementary') return { problem: `expects ${what}, not ${nameOf(info.type)}` };
      const next: ElementaryType | undefined = common ? wider(common, own, profile) : own;
      if (!next)
        return { problem: `has no type that both ${common!.name} and ${own.name} convert to; convert one of them` };
      common = next;
    }
    if (!common) return { problem: 'needs an argument' };
    // 0 and 1 are bit strings where only those are allowed.
    if (!allowed.has(common.group) && allowed.has('bits') && integers.has(common.group))
      common = bitsBySize[common.size]!;
    if (!allowed.has(common.group)) return { problem: `expects ${what}, not ${common.name}` };
    return common;
  }
  for (const info of literals) {
    const next = withLiteral(common, info, profile);
    if (!next) return { problem: `can't take ${describeLiteral(info)} as ${common.name}` };
    common = next;
  }
  return allowed.has(common.group) ? common : { problem: `expects ${what}, not ${common.name}` };
}

function withLiteral(common: ElementaryType, info: ArgumentInfo, profile: Profile): ElementaryType | undefined {
  if (info.type.kind !== 'literal') return common;
  const value = literalValue(info);
  switch (info.type.form) {
    case 'int':
      return typeof value === 'bigint'
        ? grownFor(common, value, profile)
        : integers.has(common.group) || common.group === 'real' || common.group === 'bits'
          ? common
          : undefined;
    case 'real':
      return common.group === 'real' ? common : integers.has(common.group) ? wider(common, e.REAL, profile) : undefined;
    case 'bool':
      return common.group === 'bool' ? common : undefined;
    case 'string':
    case 'wstring':
      return common.group === 'char' ? common : undefined;
  }
}

const describeLiteral = (info: ArgumentInfo): string => {
  const value = literalValue(info);
  return typeof value === 'string' ? `'${value}'` : value === undefined ? 'this literal' : String(value);
};

/** How a type is called in a message. */
export function nameOf(type: Type): string {
  switch (type.kind) {
    case 'elementary':
    case 'struct':
    case 'enum':
    case 'subrange':
    case 'instance':
    case 'interface':
      return type.name;
    case 'string':
      return type.wide ? 'WSTRING' : 'STRING';
    case 'array':
      return 'an array';
    case 'pointer':
      return 'a pointer';
    case 'literal':
      return {
        int: 'an integer literal',
        real: 'a REAL literal',
        string: 'a string literal',
        wstring: 'a string literal',
        bool: 'a BOOL literal',
      }[type.form];
    case 'null':
      return 'NULL';
    case 'void':
      return 'no value';
    case 'error':
      return 'an erroneous expression';
  }
}
