import { elementaryNames } from '../../model/data-type.js';
import { foldName } from '../../model/identifier.js';
import type { TypeNode } from '../syntax/ast.js';
import { elementaryTypes, type ElementaryType } from './types.js';

const byName = new Map<string, ElementaryType>(elementaryNames.map((name) => [name, elementaryTypes[name]]));
const longNames: readonly (readonly [string, ElementaryType])[] = [
  ['TIME_OF_DAY', elementaryTypes.TOD],
  ['LTIME_OF_DAY', elementaryTypes.LTOD],
  ['DATE_AND_TIME', elementaryTypes.DT],
  ['LDATE_AND_TIME', elementaryTypes.LDT],
];
for (const [name, type] of longNames) byName.set(name, type);

/** The standard's own names of types, which nothing else can have. */
export const standardTypeNames: ReadonlySet<string> = new Set([...byName.keys(), 'STRING', 'WSTRING']);

const aliases: readonly (readonly [string, ElementaryType])[] = [
  // CODESYS and TwinCAT: one bit within structures, and integers as wide as an address, which here has 32 bits.
  ['BIT', elementaryTypes.BOOL],
  ['__XWORD', elementaryTypes.DWORD],
  ['__UXINT', elementaryTypes.UDINT],
  ['__XINT', elementaryTypes.DINT],
  ['XWORD', elementaryTypes.DWORD],
  ['UXINT', elementaryTypes.UDINT],
  ['XINT', elementaryTypes.DINT],
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

/** Whether a type is written as one of the generic types. */
export const isGeneric = (node: TypeNode): boolean => node.kind === 'named' && genericNames.has(foldName(node.name));
