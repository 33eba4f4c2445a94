import type { Group } from '../stdlib/arguments.js';

const bits: readonly Group[] = ['bits', 'bool'];
export const integers: readonly Group[] = ['signed', 'unsigned'];
const dates: readonly Group[] = ['date', 'tod', 'dt'];
const numbers: readonly Group[] = [...integers, 'real'];
const elementary: readonly Group[] = [...numbers, ...bits, ...dates, 'duration', 'char'];

/** What each generic type may stand for, strings left out. IEC 61131-3:2013, figure 5. */
export const groupsOf: Readonly<Record<string, readonly Group[]>> = {
  ANY: elementary,
  ANY_DERIVED: [],
  ANY_ELEMENTARY: elementary,
  ANY_MAGNITUDE: [...numbers, 'duration'],
  ANY_NUM: numbers,
  ANY_REAL: ['real'],
  ANY_INT: integers,
  ANY_UNSIGNED: ['unsigned'],
  ANY_SIGNED: ['signed'],
  ANY_DURATION: ['duration'],
  ANY_BIT: bits,
  ANY_DATE: dates,
  ANY_CHAR: ['char'],
  ANY_CHARS: ['char'],
  ANY_STRING: [],
};

/** Generic types that stand for STRING and WSTRING too. */
export const withText: ReadonlySet<string> = new Set(['ANY', 'ANY_ELEMENTARY', 'ANY_CHARS', 'ANY_STRING']);

/** Generic types that stand for structures, enumerations and function blocks too. */
export const withDerived: ReadonlySet<string> = new Set(['ANY', 'ANY_DERIVED']);
