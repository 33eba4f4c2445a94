import type { TypeDescriptor } from '../../../server/src/model/data-type.js';
import { elementaryNames } from '../../../server/src/model/data-type.js';
import { formatValue, parseLiteral } from '../../../server/src/runtime/literal-text.js';
import { encodeValue, readValue } from '../../../server/src/runtime/value-codec.js';

const sizes: Record<string, number> = {
  BOOL: 1,
  BYTE: 1,
  SINT: 1,
  USINT: 1,
  CHAR: 1,
  WORD: 2,
  INT: 2,
  UINT: 2,
  WCHAR: 2,
  DWORD: 4,
  DINT: 4,
  UDINT: 4,
  REAL: 4,
};
const types: TypeDescriptor[] = [
  ...elementaryNames.map((name): TypeDescriptor => ({ kind: 'elementary', name, size: sizes[name] ?? 8 })),
  { kind: 'string', wide: false, length: 10, size: 11 },
  { kind: 'string', wide: true, length: 10, size: 22 },
  {
    kind: 'enum',
    name: 'Color',
    base: 'INT',
    size: 2,
    values: [
      { name: 'Red', value: 0n },
      { name: 'Green', value: 5n },
    ],
  },
  { kind: 'subrange', name: 'Percent', base: 'INT', size: 2, low: 0n, high: 100n },
];
const idOf = (name: string): number => {
  const i = (elementaryNames as readonly string[]).indexOf(name);
  if (i >= 0) return i;
  return elementaryNames.length + ['STRING', 'WSTRING', 'Color', 'Percent'].indexOf(name);
};

/** What memory holds after the literal was written, as a literal again. */
function roundTrip(type: string, literal: string): string {
  const memory = new Uint8Array(64);
  const place = { path: 'x', type: idOf(type), address: 8 };
  for (const cell of encodeValue(types, place, parseLiteral(types, place.type, literal)))
    memory.set(cell.bytes, cell.address);
  return formatValue(readValue(types, place, memory));
}

describe('a literal written and read back', () => {
  it.each([
    ['BOOL', 'true', 'TRUE'],
    ['BOOL', 'BOOL#0', 'FALSE'],
    ['SINT', '-128', '-128'],
    ['USINT', '16#FF', '255'],
    ['INT', 'INT#-5', '-5'],
    ['DINT', '2#1010_1010', '170'],
    ['ULINT', '18446744073709551615', '18446744073709551615'],
    ['LWORD', '16#FFFF_FFFF_FFFF_FFFF', '16#FFFFFFFFFFFFFFFF'],
    ['WORD', '255', '16#00FF'],
    ['REAL', '0.1', '0.1'],
    ['REAL', '1e10', '10000000000.0'],
    ['LREAL', '-0.1', '-0.1'],
    ['TIME', 'T#1h90m', 'T#2h30m'],
    ['TIME', 'TIME#-1s500ms', 'T#-1s500ms'],
    ['TIME', '1500', 'T#1s500ms'],
    ['LTIME', 'LTIME#1us2ns', 'LTIME#1us2ns'],
    ['DATE', 'D#2024-02-29', 'D#2024-02-29'],
    ['DATE', 'D#1969-12-31', 'D#1969-12-31'],
    ['TOD', 'TOD#23:59:59.001', 'TOD#23:59:59.001'],
    ['DT', 'DT#2026-11-21-12:00:00', 'DT#2026-11-21-12:00:00'],
    ['STRING', "'a$'b$0A'", "'a$'b$0A'"],
    ['WSTRING', '"grün€"', '"grün€"'],
    ['CHAR', "'A'", "'A'"],
    ['Color', 'green', 'Green'],
    ['Color', 'Color#Red', 'Red'],
    ['Color', '5', 'Green'],
    ['Percent', '100', '100'],
  ])('%s %s reads %s', (type, literal, expected) => {
    expect(roundTrip(type, literal)).toBe(expected);
  });

  it.each([
    ['BOOL', '2', 'TYPE_MISMATCH'],
    ['BOOL', 'abc', 'TYPE_MISMATCH'],
    ['INT', '70000', 'VALUE_OUT_OF_RANGE'],
    ['INT', '3.5', 'TYPE_MISMATCH'],
    ['USINT', '-1', 'VALUE_OUT_OF_RANGE'],
    ['INT', 'DINT#5', 'TYPE_MISMATCH'],
    ['REAL', '1e39', 'VALUE_OUT_OF_RANGE'],
    ['REAL', 'NaN', 'TYPE_MISMATCH'],
    ['TIME', 'T#1s2h', 'TYPE_MISMATCH'],
    ['DATE', 'D#2023-02-29', 'TYPE_MISMATCH'],
    ['STRING', "'12345678901'", 'VALUE_OUT_OF_RANGE'],
    ['STRING', "'€'", 'VALUE_OUT_OF_RANGE'],
    ['Color', 'Blue', 'TYPE_MISMATCH'],
    ['Color', '3', 'VALUE_OUT_OF_RANGE'],
    ['Percent', '101', 'VALUE_OUT_OF_RANGE'],
  ])('%s %s is refused as %s', (type, literal, reason) => {
    expect(() => roundTrip(type, literal)).toThrow(expect.objectContaining({ reason }) as Error);
  });
});
