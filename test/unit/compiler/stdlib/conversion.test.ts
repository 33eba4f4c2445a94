import { elementaryTypes } from '../../../../server/src/compiler/check/types.js';
import { findProfile, type Profile } from '../../../../server/src/compiler/profile.js';
import type { ElementaryName } from '../../../../server/src/model/data-type.js';
import { callConstant, type Constant } from './call-constant.js';

const iec = findProfile('iec')!;
const codesys = findProfile('codesys')!;
const matiec = findProfile('matiec')!;

const widths: Partial<Record<ElementaryName, { bits: number; signed: boolean }>> = {
  BYTE: { bits: 8, signed: false },
  WORD: { bits: 16, signed: false },
  DWORD: { bits: 32, signed: false },
  LWORD: { bits: 64, signed: false },
  SINT: { bits: 8, signed: true },
  INT: { bits: 16, signed: true },
  DINT: { bits: 32, signed: true },
  LINT: { bits: 64, signed: true },
  USINT: { bits: 8, signed: false },
  UINT: { bits: 16, signed: false },
  UDINT: { bits: 32, signed: false },
  ULINT: { bits: 64, signed: false },
};
const whole = Object.keys(widths) as ElementaryName[];
const limits = (name: ElementaryName): [bigint, bigint] => {
  const { bits, signed } = widths[name]!;
  return signed ? [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n] : [0n, 2n ** BigInt(bits) - 1n];
};
const edges = (name: ElementaryName): bigint[] => {
  const [low, high] = limits(name);
  return [low, low + 1n, 0n, 1n, 2n, 42n, high / 2n, high - 1n, high].filter((v) => v >= low && v <= high);
};
const wrap = (name: ElementaryName, value: bigint): bigint => {
  const { bits, signed } = widths[name]!;
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
};
const convert = (
  from: ElementaryName,
  to: ElementaryName,
  value: Constant,
  profile: Profile = iec,
): Constant | undefined => {
  const result = callConstant(`${from}_TO_${to}`, [[from, value]], { profile });
  if (typeof result === 'string') throw new Error(result);
  expect(result.type).toBe(to);
  return result.value;
};

describe('conversion between integers and bit strings', () => {
  it.each(whole)('%s converts to every other one by extension or by its low bits', (from) => {
    for (const to of whole) {
      for (const value of edges(from))
        expect([from, to, value, convert(from, to, value)]).toEqual([from, to, value, wrap(to, value)]);
    }
  });

  it('a bit string is TRUE by its rightmost bit in edition 3, by any bit in MATIEC, an integer by any value', () => {
    for (const from of whole) {
      const isBits = elementaryTypes[from].group === 'bits';
      for (const value of edges(from)) {
        expect(convert(from, 'BOOL', value)).toBe(isBits ? (value & 1n) === 1n : value !== 0n);
        expect(convert(from, 'BOOL', value, matiec)).toBe(value !== 0n);
      }
    }
  });

  it('BOOL converts to 0 and 1', () => {
    for (const to of whole) {
      expect(convert('BOOL', to, true)).toBe(1n);
      expect(convert('BOOL', to, false)).toBe(0n);
    }
  });
});

describe('conversion of REAL and LREAL to integers', () => {
  const values = [
    0,
    -0,
    0.5,
    1.5,
    2.5,
    3.5,
    -0.5,
    -1.5,
    -2.5,
    0.49999999999999994,
    1e6,
    -1e6,
    2 ** 31,
    -(2 ** 31),
    2 ** 53 + 2,
    1e19,
    -1e19,
    1e300,
    NaN,
    Infinity,
    -Infinity,
  ];
  const halfEven = (x: number): number => {
    const floor = Math.floor(x);
    return x - floor === 0.5 ? (floor % 2 === 0 ? floor : floor + 1) : Math.round(x);
  };
  const halfAway = (x: number): number => (Math.abs(x) % 1 === 0.5 ? Math.trunc(x) + Math.sign(x) : Math.round(x));
  const saturated = (name: ElementaryName, x: number): bigint => {
    if (Number.isNaN(x)) return 0n;
    const [low, high] = limits(name);
    if (x === Infinity) return high;
    if (x === -Infinity) return low;
    const v = BigInt(x);
    return v < low ? low : v > high ? high : v;
  };

  it.each(['REAL', 'LREAL'] as const)('%s rounds ties to even and saturates', (from) => {
    for (const to of whole) {
      if (elementaryTypes[to].group === 'bits' && elementaryTypes[to].size === elementaryTypes[from].size) continue;
      for (const v of values) {
        const x = from === 'REAL' ? Math.fround(v) : v;
        expect([to, x, convert(from, to, x)]).toEqual([to, x, saturated(to, Math.abs(x) < 2 ** 52 ? halfEven(x) : x)]);
      }
    }
  });

  it('rounds half away from 0 in CODESYS, and towards 0 with TRUNC', () => {
    for (const x of values) {
      const small = Math.abs(x) < 2 ** 52;
      expect([x, convert('LREAL', 'INT', x, codesys)]).toEqual([x, saturated('INT', small ? halfAway(x) : x)]);
      expect([x, callConstant('LREAL_TRUNC_INT', [['LREAL', x]])]).toEqual([
        x,
        { type: 'INT', value: saturated('INT', small ? Math.trunc(x) : x) },
      ]);
    }
  });

  it('keeps the low bits in MATIEC, and gives 0 for unsigned below 0', () => {
    expect(convert('REAL', 'INT', 70000, matiec)).toBe(4464n);
    expect(convert('REAL', 'SINT', -129, matiec)).toBe(127n);
    expect(convert('REAL', 'UINT', -5, matiec)).toBe(0n);
    expect(convert('REAL', 'BYTE', 300, matiec)).toBe(44n);
  });

  it.each([
    ['DWORD', 'REAL', 0x3fc00000n, 1.5, 0x3fc00000],
    ['LWORD', 'LREAL', 0x4029000000000000n, 12.5, 0x4029000000000000],
  ] as const)('%s to %s takes the bits in edition 3 and the value in CODESYS', (from, to, bits, asBits, asValue) => {
    expect(convert(from, to, bits)).toBe(asBits);
    expect(convert(to, from, asBits)).toBe(bits);
    expect(convert(from, to, bits, codesys)).toBe(asValue);
    expect(convert(to, from, asBits, codesys)).toBe(asBits === 1.5 ? 2n : 13n);
  });

  it('integers become the nearest REAL or LREAL, unsigned ones unsigned', () => {
    for (const from of whole) {
      if (elementaryTypes[from].group === 'bits') continue;
      for (const value of edges(from)) {
        expect(convert(from, 'LREAL', value)).toBe(Number(value));
        expect(convert(from, 'REAL', value)).toBe(Math.fround(Number(value)));
      }
    }
  });
});

describe('conversion of times and dates', () => {
  const second = 1_000_000_000n;
  const day = 86_400n * second;

  it.each([
    ['TIME', 'DINT', 1_500_000_000n, 1n, 1500n],
    ['TIME', 'DINT', -1_500_000_000n, -1n, -1500n],
    ['TIME', 'REAL', 1_500_000_000n, 1.5, 1500],
    ['LTIME', 'LINT', 1_500_000_000n, 1_500_000_000n, 1_500_000_000n],
    ['TOD', 'UDINT', 3600n * second, 3600n, 3_600_000n],
    ['DATE', 'DWORD', 2n * day, 172_800n, 172_800n],
    ['DT', 'UDINT', 2n * day + second, 172_801n, 172_801n],
    ['DINT', 'TIME', 5n, 5n * second, 5_000_000n],
    ['REAL', 'TIME', 0.25, 250_000_000n, 250_000n],
  ] as const)('%s to %s counts in the unit of the profile', (from, to, value, inIec, inCodesys) => {
    expect(convert(from, to, value)).toBe(inIec);
    expect(convert(from, to, value, codesys)).toBe(inCodesys);
  });

  it.each([
    ['DT', 'DATE', 3n * day + 5n, 3n * day],
    ['DT', 'DATE', -1n, -day],
    ['DT', 'TOD', 3n * day + 5n, 5n],
    ['DT', 'TOD', -1n, day - 1n],
    ['DATE', 'DT', 3n * day, 3n * day],
    ['LDT', 'DATE', 3n * day + 5n, 3n * day],
    ['TIME', 'LTIME', -5n, -5n],
    ['TIME', 'TOD', day + 7n, 7n],
    ['TOD', 'TIME', 7n, 7n],
  ] as const)('%s to %s of %d ns', (from, to, value, expected) => {
    expect(convert(from, to, value)).toBe(expected);
  });

  it('long names of the types are as good', () => {
    expect(callConstant('DATE_AND_TIME_TO_TIME_OF_DAY', [['DT', day + 9n]])).toEqual({ type: 'TOD', value: 9n });
    expect(callConstant('DATE_AND_TIME_TO_DATE', [['DT', day + 9n]])).toEqual({ type: 'DATE', value: day });
  });
});

describe('names of conversions', () => {
  const scalar = Object.keys(elementaryTypes) as ElementaryName[];
  it('every elementary type converts to and from STRING and WSTRING, and to every other but CHAR to what is not an integer', () => {
    let found = 0;
    for (const from of scalar) {
      for (const text of ['STRING', 'WSTRING']) {
        expect(
          callConstant(`${from}_TO_${text}`, [
            [from, elementaryTypes[from].group === 'real' ? 1 : elementaryTypes[from].group === 'bool' ? true : 1n],
          ]),
        ).toMatchObject({ type: 'string' });
        expect(callConstant(`${text}_TO_${from}`, [])).toContain('takes 1 argument');
      }
      for (const to of scalar) {
        const none = `no function ${from}_TO_${to}`;
        const known = callConstant(`${from}_TO_${to}`, []) !== none;
        if (known) found += 1;
        const characters = ['CHAR', 'WCHAR'];
        const whole = (t: ElementaryName): boolean =>
          ['bool', 'bits', 'signed', 'unsigned', 'char'].includes(elementaryTypes[t].group);
        expect([from, to, known]).toEqual([
          from,
          to,
          characters.includes(from) ? whole(to) : characters.includes(to) ? whole(from) : true,
        ]);
      }
    }
    expect(found).toBeGreaterThan(500);
  });

  it.each([
    'FOO_TO_INT',
    'INT_TO_FOO',
    'TO_FOO',
    'INT_TRUNC_DINT',
    'TIME_BCD_TO_INT',
    'TO_',
    '_TO_INT',
    'REAL_TRUNC_REAL',
  ])('%s is none', (name) => {
    expect(callConstant(name, [['INT', 1n]])).toBe(`no function ${name}`);
  });

  it('a wide integer is not taken for a narrow one, except as a literal in the lenient profiles', () => {
    expect(callConstant('BYTE_TO_WORD', [{ literal: -1n }], { profile: codesys })).toEqual({
      type: 'WORD',
      value: 255n,
    });
    expect(callConstant('BOOL_TO_BYTE', [{ literal: 10n }], { profile: codesys })).toEqual({ type: 'BYTE', value: 1n });
  });
});
