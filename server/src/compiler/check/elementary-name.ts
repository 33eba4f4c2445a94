import { elementaryNames } from '../../model/data-type.js';
import { elementaryTypes, type ElementaryType } from './types.js';

const byName = new Map<string, ElementaryType>(elementaryNames.map((name) => [name, elementaryTypes[name]]));
const aliases: readonly (readonly [string, ElementaryType])[] = [
  ['TIME_OF_DAY', elementaryTypes.TOD],
  ['LTIME_OF_DAY', elementaryTypes.LTOD],
  ['DATE_AND_TIME', elementaryTypes.DT],
  ['LDATE_AND_TIME', elementaryTypes.LDT],
  // CODESYS and TwinCAT: one bit within structures, and integers as wide as an address, which here has 32 bits.
  ['BIT', elementaryTypes.BOOL],
  ['__XWORD', elementaryTypes.DWORD],
  ['__UXINT', elementaryTypes.UDINT],
  ['__XINT', elementaryTypes.DINT],
  ['PVOID', elementaryTypes.DWORD],
];
for (const [name, type] of aliases) byName.set(name, type);

/** Elementary type of a folded name, edition 2 spellings included. */
export function findElementary(key: string): ElementaryType | undefined {
  return byName.get(key);
}

/** Type parameters that stand for several types, IEC 61131-3:2013, figure 5. */
export const genericNames: ReadonlySet<string> = new Set([
  'ANY',
  'ANY_DERIVED',
  'ANY_ELEMENTARY',
  'ANY_MAGNITUDE',
  'ANY_NUM',
  'ANY_REAL',
  'ANY_INT',
  'ANY_UNSIGNED',
  'ANY_SIGNED',
  'ANY_DURATION',
  'ANY_BIT',
  'ANY_CHARS',
  'ANY_STRING',
  'ANY_CHAR',
  'ANY_DATE',
]);
