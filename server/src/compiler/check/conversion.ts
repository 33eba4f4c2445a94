import type { Profile } from '../profile.js';
import { implementsInterface, extendsInterface } from './lookup.js';
import type { InterfaceSymbol, NamedTypeSymbol } from './symbols.js';
import { elementaryTypes as e, type ElementaryType, type Type } from './types.js';
import { sameType } from './type-name.js';

/** How one type becomes another without being asked: not at all, as it is, widening, or with a warning. */
export type Implicit = 'no' | 'same' | 'widen' | 'warn';

/** Types an elementary type widens to at once; the relation is their transitive closure. IEC 61131-3:2013, figure 11. */
const direct = new Map<ElementaryType, readonly ElementaryType[]>([
  [e.BYTE, [e.WORD]],
  [e.WORD, [e.DWORD]],
  [e.DWORD, [e.LWORD]],
  [e.SINT, [e.INT]],
  [e.INT, [e.DINT, e.REAL]],
  [e.DINT, [e.LINT, e.LREAL]],
  [e.USINT, [e.UINT, e.INT]],
  [e.UINT, [e.UDINT, e.DINT, e.REAL]],
  [e.UDINT, [e.ULINT, e.LINT, e.LREAL]],
  [e.REAL, [e.LREAL]],
  [e.TIME, [e.LTIME]],
  [e.DATE, [e.LDATE]],
  [e.TOD, [e.LTOD]],
  [e.DT, [e.LDT]],
]);
const closure = new Map<ElementaryType, Set<ElementaryType>>();

export function widens(from: ElementaryType, to: ElementaryType): boolean {
  let known = closure.get(from);
  if (!known) {
    known = new Set();
    const stack = [from];
    for (let type = stack.pop(); type; type = stack.pop()) {
      for (const next of direct.get(type) ?? []) {
        if (known.has(next)) continue;
        known.add(next);
        stack.push(next);
      }
    }
    closure.set(from, known);
  }
  return known.has(to);
}

type Grouped<G extends ElementaryType['group']> = ElementaryType & { readonly group: G };

export const isInteger = (type: Type): type is Grouped<'signed' | 'unsigned'> =>
  type.kind === 'elementary' && (type.group === 'signed' || type.group === 'unsigned');
/** BYTE to LWORD, without BOOL. */
export const isBits = (type: Type): type is Grouped<'bits'> => type.kind === 'elementary' && type.group === 'bits';
export const isReal = (type: Type): type is Grouped<'real'> => type.kind === 'elementary' && type.group === 'real';
export const isTimeLike = (type: Type): type is Grouped<'duration' | 'date' | 'tod' | 'dt'> =>
  type.kind === 'elementary' &&
  (type.group === 'duration' || type.group === 'date' || type.group === 'tod' || type.group === 'dt');
export const isNumber = (type: Type): type is Grouped<'signed' | 'unsigned' | 'real'> =>
  isInteger(type) || isReal(type);

/** What ADR gives: an address that fits every pointer. */
export const isAddress = (type: Type): boolean => type.kind === 'pointer' && type.target.kind === 'void';

function elementaryToElementary(from: ElementaryType, to: ElementaryType, profile: Profile): Implicit {
  if (from === to) return 'same';
  if (widens(from, to)) return 'widen';
  // A truth value as 0 or 1: most compilers take it, the standard does not.
  if (from === e.BOOL && (isInteger(to) || isBits(to))) return profile.name === 'matiec' ? 'no' : 'warn';
  if (from.group === to.group && isTimeLike(from)) return 'warn';
  if (profile.implicitConversion === 'widening') return 'no';
  // Numbers, bit strings, times and dates into each other, as CODESYS and TwinCAT do, with their warning.
  if (from.group === 'char' || to.group === 'char') return 'no';
  if (to === e.BOOL || from === e.BOOL) return 'no';
  return 'warn';
}

/** Whether a value of `from` may stand where `to` is wanted. Literals are decided by their value, see lower/adapt-literal.ts. */
export function implicitConversion(from: Type, to: Type, profile: Profile): Implicit {
  if (from.kind === 'error' || to.kind === 'error') return 'same';
  if (from.kind === 'pointer' && from.form === 'reference' && to.kind !== 'pointer')
    return implicitConversion(from.target, to, profile);
  switch (to.kind) {
    case 'elementary':
      if (from.kind === 'elementary') return elementaryToElementary(from, to, profile);
      if (from.kind === 'subrange') return elementaryToElementary(from.base, to, profile);
      if (from.kind === 'enum')
        return from.base === to || widens(from.base, to) || isInteger(to) || isBits(to) ? 'widen' : 'no';
      if (from.kind === 'pointer' || from.kind === 'interface') return holdsAddress(to) ? 'widen' : 'no';
      return 'no';
    case 'subrange':
      if (from.kind === 'subrange') return elementaryToElementary(from.base, to.base, profile);
      return implicitConversion(from, to.base, profile);
    case 'enum':
      if (from === to) return 'same';
      if (from.kind === 'elementary' && (isInteger(from) || isBits(from))) return to.strict === true ? 'no' : 'warn';
      return 'no';
    case 'string':
      if (from.kind === 'string') return from.wide === to.wide ? 'same' : 'no';
      if (from === (to.wide ? e.WCHAR : e.CHAR)) return 'widen';
      return 'no';
    case 'array':
    case 'struct':
      return sameType(from, to) ? 'same' : 'no';
    case 'instance':
      return from === to ? 'same' : 'no';
    case 'pointer':
      return toPointer(from, to, profile);
    default:
      return sameType(from, to) ? 'same' : 'no';
  }
}

/** An integer or bit string that an address fits: here addresses have 32 bits. */
const holdsAddress = (type: ElementaryType): boolean =>
  (isInteger(type) || isBits(type)) && type.size >= 4 && type !== e.DINT;

function toPointer(from: Type, to: Type & { kind: 'pointer' }, profile: Profile): Implicit {
  if (from.kind === 'null') return 'same';
  if (from.kind === 'pointer') {
    if (isAddress(from) || isAddress(to) || sameType(from.target, to.target)) return 'same';
    // A string seen as its characters.
    if (
      from.target.kind === 'string' &&
      to.target.kind === 'elementary' &&
      to.target.size <= 2 &&
      (isBits(to.target) || to.target.group === 'char')
    )
      return 'warn';
    if (to.form === 'ref_to') return 'no';
    // The standard has no pointers: who writes POINTER TO reads the bytes as another type on purpose.
    return (to.form === 'pointer' && from.form === 'pointer') || profile.implicitConversion !== 'widening'
      ? 'warn'
      : 'no';
  }
  if (from.kind === 'elementary' && to.form !== 'reference' && (isBits(from) || isInteger(from)) && from.size >= 4)
    return 'widen';
  return 'no';
}

/** Whether values of a block or interface type fit a variable of an interface type. */
export function fitsInterface(from: NamedTypeSymbol | undefined, to: InterfaceSymbol): boolean {
  if (from?.kind === 'block') return implementsInterface(from, to);
  return from?.kind === 'interface' && extendsInterface(from, to);
}

const signedOfSize = (size: number): ElementaryType =>
  size <= 1 ? e.SINT : size <= 2 ? e.INT : size <= 4 ? e.DINT : e.LINT;
const unsignedOfSize = (size: number): ElementaryType =>
  size <= 1 ? e.USINT : size <= 2 ? e.UINT : size <= 4 ? e.UDINT : e.ULINT;

/**
 * The type in which an operator works on two numbers: the smallest that holds both. Bit strings count as unsigned when they
 * meet an integer; a real type wins over integers, as compilers in the field do (the standard would want LREAL for DINT).
 */
export function commonNumber(a: ElementaryType, b: ElementaryType): ElementaryType | undefined {
  if (a === b) return a;
  if (isBits(a) && isBits(b)) return a.size > b.size ? a : b;
  if (isReal(a) || isReal(b)) {
    if (!isNumber(a) && !isBits(a)) return undefined;
    if (!isNumber(b) && !isBits(b)) return undefined;
    return a === e.LREAL || b === e.LREAL ? e.LREAL : e.REAL;
  }
  const left = isBits(a) ? unsignedOfSize(a.size) : a;
  const right = isBits(b) ? unsignedOfSize(b.size) : b;
  if (!isInteger(left) || !isInteger(right)) return undefined;
  if (left.group === right.group) return left.size > right.size ? left : right;
  const [signed, unsigned] = left.group === 'signed' ? [left, right] : [right, left];
  return signedOfSize(Math.min(8, Math.max(signed.size, unsigned.size * 2)));
}
