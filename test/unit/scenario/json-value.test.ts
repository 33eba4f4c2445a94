import type { TypeDescriptor } from '../../../server/src/model/data-type.js';
import type { Value } from '../../../server/src/model/value.js';
import {
  meets,
  valueFromJson,
  valueToJson,
  type Expectation,
  type Json,
} from '../../../server/src/scenario/json-value.js';

const types: TypeDescriptor[] = [
  { kind: 'elementary', name: 'BOOL', size: 1 },
  { kind: 'elementary', name: 'INT', size: 2 },
  { kind: 'elementary', name: 'LINT', size: 8 },
  { kind: 'elementary', name: 'REAL', size: 4 },
  { kind: 'elementary', name: 'TIME', size: 8 },
  { kind: 'string', wide: false, length: 80, size: 81 },
  { kind: 'array', bounds: [[0, 1]], element: 1, elementSize: 2, size: 4 },
  { kind: 'enum', name: 'Color', base: 'INT', size: 2, values: [{ name: 'Red', value: 0n }] },
];
const [bool, int, lint, real, time, text, array, color] = [0, 1, 2, 3, 4, 5, 6, 7] as const;

describe('JSON of a scenario', () => {
  it.each<[number, Json, Json]>([
    [bool, true, true],
    [bool, 1, true],
    [int, -5, -5],
    [lint, '9223372036854775807', '9223372036854775807'],
    [real, 0.5, 0.5],
    [real, 'NaN', 'NaN'],
    [time, 1500, 'T#1s500ms'],
    [time, 'T#2s', 'T#2s'],
    [text, 'abc', 'abc'],
    [array, [1, 2], [1, 2]],
    [color, 'red', 'Red'],
    [color, 0, 0],
  ])('type %d: %j becomes a value that reads %j', (type, json, back) => {
    expect(valueToJson(valueFromJson(types, type, json))).toEqual(back);
  });

  it.each<[number, Json]>([
    [bool, 'maybe'],
    [bool, 2],
    [int, 1.5],
    [int, null],
    [text, 5],
    [array, 1],
    [time, 'soon'],
    [color, 'Blue'],
  ])('type %d: %j is refused', (type, json) => {
    expect(() => valueFromJson(types, type, json)).toThrow(
      expect.objectContaining({ reason: 'TYPE_MISMATCH' }) as Error,
    );
  });
});

describe('an expectation', () => {
  const value = (n: number): Value => ({ kind: 'real', type: 'REAL', value: Math.fround(n) });
  it.each<[Value, number, Expectation, number | undefined, boolean]>([
    [value(0.1), real, 0.1, undefined, true],
    [value(0.1), real, 0.1000001, undefined, false],
    [value(0.1), real, 0.11, 0.02, true],
    [value(12.45), real, { near: 12.5, within: 0.1 }, undefined, true],
    [value(12.3), real, { near: 12.5, within: 0.1 }, undefined, false],
    [value(NaN), real, 'NaN', undefined, true],
    [{ kind: 'int', type: 'TIME', value: 1_000_000n }, time, 1, undefined, true],
    [{ kind: 'int', type: 'INT', value: 3n }, int, 4, undefined, false],
  ])('case %#', (actual, type, expected, tolerance, met) => {
    expect(meets(types, type, actual, expected, tolerance)).toBe(met);
  });
});
