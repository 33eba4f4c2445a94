import { findProfile } from '../../../../server/src/compiler/profile.js';
import { namedFunctions, findStandardFunction } from '../../../../server/src/compiler/stdlib/standard-functions.js';
import type { ElementaryName } from '../../../../server/src/model/data-type.js';
import { callConstant, type Constant, type Given } from './call-constant.js';

const codesys = findProfile('codesys')!;
const value = (
  name: string,
  args: readonly Given[],
  options: Parameters<typeof callConstant>[2] = {},
): Constant | undefined => {
  const result = callConstant(name, args, options);
  if (typeof result === 'string') throw new Error(result);
  return result.value;
};
const typeOf = (name: string, args: readonly Given[], options: Parameters<typeof callConstant>[2] = {}): string => {
  const result = callConstant(name, args, options);
  return typeof result === 'string' ? result : result.type;
};
const int = (v: bigint): Given => ['INT', v];
const lreal = (v: number): Given => ['LREAL', v];
const lit = (v: bigint | number): Given => ({ literal: v });

describe('numeric functions', () => {
  const reals = [0, -0, 0.5, 1, 2, -1, 1e-300, 1e300, NaN, Infinity, -Infinity, Math.PI];
  // prettier-ignore
  it.each([
    ['SQRT', Math.sqrt], ['LN', Math.log], ['LOG', Math.log10], ['EXP', Math.exp], ['SIN', Math.sin], ['COS', Math.cos], ['TAN', Math.tan],
    ['ASIN', Math.asin], ['ACOS', Math.acos], ['ATAN', Math.atan], ['FLOOR', Math.floor], ['CEIL', Math.ceil], ['ABS', Math.abs],
  ] as const)('%s agrees with the reference on LREAL and, rounded once, on REAL', (name, reference) => {
    for (const x of reals) {
      expect([x, value(name, [lreal(x)])]).toEqual([x, reference(x)]);
      const single = Math.fround(x);
      expect([single, value(name, [['REAL', single]])]).toEqual([single, Math.fround(reference(single))]);
    }
  });

  // prettier-ignore
  it.each([
    ['SINT', -128n, -128n], ['SINT', -127n, 127n], ['INT', -32768n, -32768n], ['DINT', -(2n ** 31n), -(2n ** 31n)], ['DINT', -7n, 7n],
    ['LINT', -(2n ** 63n), -(2n ** 63n)], ['LINT', -9n, 9n], ['UDINT', 4_000_000_000n, 4_000_000_000n], ['USINT', 255n, 255n],
  ] as const)('ABS of %s %d wraps only at the least value', (type, x, expected) => {
    expect(value('ABS', [[type, x]])).toBe(expected);
  });

  it('ATAN2 takes Y before X', () => {
    for (const [y, x] of [
      [1, -1],
      [-1, -1],
      [0, -1],
      [-0, -1],
      [1, 0],
      [NaN, 1],
    ] as const)
      expect(value('ATAN2', [lreal(y), lreal(x)])).toEqual(Math.atan2(y, x));
  });

  it('an integer is computed in the REAL that holds it', () => {
    expect(typeOf('SQRT', [int(4n)])).toBe('REAL');
    expect(typeOf('SQRT', [['DINT', 4n]])).toBe('LREAL');
    expect(typeOf('SQRT', [lit(2)])).toBe('REAL');
    expect(typeOf('SQRT', [lit(2)], { expected: 'LREAL' })).toBe('LREAL');
  });
});

describe('arithmetic functions', () => {
  // prettier-ignore
  it.each([
    ['ADD', [int(32767n), int(1n)], -32768n], ['SUB', [int(-32768n), int(1n)], 32767n], ['MUL', [int(300n), int(300n)], 24464n],
    ['ADD', [['USINT', 250n], ['USINT', 10n]], 4n], ['SUB', [['UDINT', 0n], ['UDINT', 1n]], 4_294_967_295n],
    ['MUL', [['ULINT', 2n ** 63n], ['ULINT', 2n]], 0n], ['ADD', [['LINT', 2n ** 63n - 1n], ['LINT', 1n]], -(2n ** 63n)],
    ['DIV', [int(7n), int(-2n)], -3n], ['DIV', [['DINT', -(2n ** 31n)], ['DINT', -1n]], -(2n ** 31n)], ['DIV', [int(-32768n), int(-1n)], -32768n],
    ['DIV', [['LINT', -(2n ** 63n)], ['LINT', -1n]], -(2n ** 63n)], ['MOD', [int(-7n), int(3n)], -1n], ['MOD', [int(7n), int(-3n)], 1n],
    ['DIV', [['UDINT', 4_000_000_000n], ['UDINT', 3n]], 1_333_333_333n], ['ADD', [int(1n), int(2n), int(3n), int(4n)], 10n],
    ['EXPT', [int(3n), int(4n)], 81n], ['EXPT', [['LINT', 2n], ['LINT', 3n]], 8n], ['EXPT', [int(2n), int(15n)], -32768n],
    ['EXPT', [lreal(3), ['REAL', 2]], 9], ['EXPT', [['REAL', 3], lit(2n)], 9], ['ADD', [lit(1n), lreal(0.5)], 1.5], ['MOVE', [['DINT', 42n]], 42n],
  ] as readonly (readonly [string, readonly Given[], Constant])[])('%s of %j is %s', (name, args, expected) => {
    expect(value(name, args)).toBe(expected);
  });

  it('division by a constant 0 does not fold, so that it faults where it runs', () => {
    expect(value('DIV', [int(1n), int(0n)])).toBeUndefined();
    expect(value('MOD', [int(1n), int(0n)])).toBeUndefined();
    expect(value('DIV', [lreal(1), lreal(0)])).toBe(Infinity);
  });

  // prettier-ignore
  it.each([
    [['SINT', 1n], ['INT', 1n], 'INT'], [['USINT', 1n], ['INT', 1n], 'INT'], [['UINT', 1n], ['INT', 1n], 'DINT'], [['UDINT', 1n], ['SINT', 1n], 'LINT'],
    [['INT', 1n], ['REAL', 1], 'REAL'], [['DINT', 1n], ['REAL', 1], 'LREAL'], [['REAL', 1], ['LREAL', 1], 'LREAL'], [['INT', 1n], lit(100_000n), 'DINT'],
    [['INT', 1n], lit(1n), 'INT'], [lit(1n), lit(2n), 'DINT'], [['USINT', 1n], lit(-1n), 'INT'],
  ] as readonly (readonly [Given, Given, string])[])('ADD of %j and %j is %s', (a, b, expected) => {
    expect(typeOf('ADD', [a, b])).toBe(expected);
  });

  // prettier-ignore
  it.each([
    [['ULINT', 1n], ['INT', 1n]], [['BOOL', true], ['INT', 1n]], [['BYTE', 1n], ['BYTE', 1n]], [['TIME', 1n], ['INT', 1n]], [['DATE', 1n], ['DATE', 1n]],
  ] as readonly (readonly [Given, Given])[])('ADD of %j and %j has no type in edition 3', (a, b) => {
    expect(callConstant('ADD', [a, b])).toMatch(/^ADD .*\.$/);
  });

  it('CODESYS reckons with bit strings', () => {
    expect(
      callConstant(
        'ADD',
        [
          ['BYTE', 250n],
          ['BYTE', 10n],
        ],
        { profile: codesys },
      ),
    ).toEqual({ type: 'BYTE', value: 4n });
    expect(
      typeOf(
        'ADD',
        [
          ['WORD', 1n],
          ['INT', 1n],
        ],
        { profile: codesys },
      ),
    ).toBe('DINT');
  });

  const s = 1_000_000_000n;
  // prettier-ignore
  it.each([
    ['ADD', [['TIME', s], ['TIME', s]], 'TIME', 2n * s], ['ADD', [['DT', s], ['TIME', s]], 'DT', 2n * s], ['ADD', [['TOD', s], ['LTIME', s]], 'TOD', 2n * s],
    ['SUB', [['TOD', s], ['TOD', 3n * s]], 'TIME', -2n * s], ['SUB', [['LDT', s], ['DT', s]], 'LTIME', 0n], ['SUB', [['DATE', s], ['DATE', 0n]], 'TIME', s],
    ['MUL', [['TIME', s], lit(3n)], 'TIME', 3n * s], ['MUL', [['TIME', 3n * s], ['REAL', 1.5]], 'TIME', 4_500_000_000n], ['DIV', [['TIME', 5n * s], ['REAL', 2.5]], 'TIME', 2n * s],
    ['DIV', [['LTIME', 7n], ['USINT', 2n]], 'LTIME', 3n], ['MUL_TIME', [['TIME', 2n * s], lit(3n)], 'TIME', 6n * s], ['MULTIME', [['TIME', s], ['REAL', 0.5]], 'TIME', s / 2n],
    ['ADD_TIME', [['TIME', s], ['TIME', -s]], 'TIME', 0n], ['SUB_DATE_DATE', [['DATE', 86_400n * s], ['DATE', 0n]], 'TIME', 86_400n * s],
    ['SUB_LDT_LTIME', [['LDT', 5n], ['LTIME', 7n]], 'LDT', -2n], ['ADD_TOD_TIME', [['TOD', s], ['TIME', s]], 'TOD', 2n * s],
  ] as readonly (readonly [string, readonly Given[], string, bigint])[])('%s of %j is %s %d ns', (name, args, type, expected) => {
    expect(callConstant(name, args)).toEqual({ type, value: expected });
  });
});

describe('bit functions', () => {
  const types: readonly (readonly [ElementaryName, number])[] = [
    ['BYTE', 8],
    ['WORD', 16],
    ['DWORD', 32],
    ['LWORD', 64],
  ];
  const counts = [
    -(2n ** 40n),
    -65n,
    -1n,
    0n,
    1n,
    3n,
    7n,
    8n,
    9n,
    15n,
    16n,
    31n,
    32n,
    33n,
    63n,
    64n,
    65n,
    1000n,
    2n ** 40n,
  ];
  it.each(types)('%s shifts and rotates by any count', (type, width) => {
    const bits = BigInt(width);
    for (const x of [0n, 1n, 0x81n, 2n ** (bits - 1n) + 1n, 2n ** bits - 1n]) {
      for (const n of counts) {
        const by = (((n > 2n ** 31n ? 2n ** 31n - 1n : n < -(2n ** 31n) ? -(2n ** 31n) : n) % bits) + bits) % bits;
        const rotated = BigInt.asUintN(width, (x << by) | (x >> (bits - by)));
        const back = BigInt.asUintN(width, (x >> by) | (x << (bits - by)));
        const count: Given = ['LINT', n];
        expect([x, n, value('SHL', [[type, x], count])]).toEqual([
          x,
          n,
          n < 1n ? x : n >= bits ? 0n : BigInt.asUintN(width, x << n),
        ]);
        expect([x, n, value('SHR', [[type, x], count])]).toEqual([x, n, n < 1n ? x : n >= bits ? 0n : x >> n]);
        expect([x, n, value('ROL', [[type, x], count])]).toEqual([x, n, rotated]);
        expect([x, n, value('ROR', [[type, x], count])]).toEqual([x, n, back]);
      }
    }
  });

  it('SHR of a signed integer keeps its sign, as the operators take integers for their bits', () => {
    for (const n of [0n, 1n, 15n, 16n, 40n])
      expect(
        value('SHR', [
          ['INT', -256n],
          ['INT', n],
        ]),
      ).toBe(-256n >> n);
    expect(
      value('ROL', [
        ['SINT', -127n],
        ['INT', 1n],
      ]),
    ).toBe(3n);
    expect(
      value('AND', [
        ['INT', -1n],
        ['INT', 0x0ff0n],
      ]),
    ).toBe(0x0ff0n);
    expect(
      callConstant('SHR', [
        ['REAL', 1],
        ['INT', 1n],
      ]),
    ).toMatch(/bit string/);
  });
  // prettier-ignore
  it.each([
    ['AND', [['BYTE', 0xf0n], ['BYTE', 0x3cn]], 0x30n], ['OR', [['BYTE', 0xf0n], ['WORD', 0x0f0fn]], 0x0fffn], ['XOR', [['BOOL', true], ['BOOL', true], ['BOOL', true]], true],
    ['NOT', [['BYTE', 0x0fn]], 0xf0n], ['NOT', [['BOOL', true]], false], ['NOT', [['LWORD', 0n]], 2n ** 64n - 1n], ['NOT', [['DWORD', 1n]], 0xffff_fffen], ['AND', [['WORD', 0xffffn], lit(0x0fn)], 0x0fn],
  ] as readonly (readonly [string, readonly Given[], Constant])[])('%s of %j is %s', (name, args, expected) => {
    expect(value(name, args)).toBe(expected);
  });
});

describe('selection and comparison', () => {
  // prettier-ignore
  it.each([
    ['SEL', [['BOOL', false], int(1n), int(2n)], 1n], ['SEL', [['BOOL', true], int(1n), int(2n)], 2n], ['SEL', [['BOOL', true], ['TIME', 1n], ['LTIME', 2n]], 2n],
    ['MUX', [int(0n), int(5n), int(6n), int(7n)], 5n], ['MUX', [int(2n), int(5n), int(6n), int(7n)], 7n], ['MUX', [int(-1n), int(5n), int(6n)], 5n], ['MUX', [int(9n), int(5n), int(6n)], 6n],
    ['MAX', [int(1n), int(-5n), int(3n)], 3n], ['MIN', [['UDINT', 4_000_000_000n], ['UDINT', 1n]], 1n], ['MAX', [['ULINT', 2n ** 63n], ['ULINT', 1n]], 2n ** 63n],
    ['MAX', [['TIME', -1n], ['TIME', 1n]], 1n], ['MIN', [lreal(1), lreal(-0), lreal(0)], -0], ['MAX', [lreal(NaN), lreal(1)], NaN],
    ['LIMIT', [int(0n), int(-5n), int(10n)], 0n], ['LIMIT', [int(0n), int(5n), int(10n)], 5n], ['LIMIT', [int(0n), int(50n), int(10n)], 10n], ['LIMIT', [int(10n), int(5n), int(0n)], 0n],
    ['LIMIT', [['REAL', 0], ['REAL', NaN], ['REAL', 1]], NaN], ['LIMIT', [['DATE', 5n], ['DATE', 1n], ['DATE', 9n]], 5n],
  ] as readonly (readonly [string, readonly Given[], Constant])[])('%s of %j is %s', (name, args, expected) => {
    expect(value(name, args)).toEqual(expected);
  });

  it('LIMIT of literals takes the type that the context wants', () => {
    expect(
      callConstant('LIMIT', [lit(1_000_000_000n), lit(4_000_000_000n), lit(3_000_000_000n)], { expected: 'UDINT' }),
    ).toEqual({ type: 'UDINT', value: 3_000_000_000n });
  });

  const relations: Readonly<Record<string, (a: bigint | number, b: bigint | number) => boolean>> = {
    GT: (a, b) => a > b,
    GE: (a, b) => a >= b,
    EQ: (a, b) => a === b,
    LE: (a, b) => a <= b,
    LT: (a, b) => a < b,
    NE: (a, b) => a !== b,
  };
  it.each(Object.keys(relations))('%s orders signed, unsigned and REAL values as they are', (name) => {
    const relation = relations[name]!;
    const tables: readonly (readonly [ElementaryName, readonly (bigint | number)[]])[] = [
      ['SINT', [-128n, -1n, 0n, 127n]],
      ['DINT', [-(2n ** 31n), -1n, 0n, 2n ** 31n - 1n]],
      ['UDINT', [0n, 2n ** 31n, 2n ** 32n - 1n]],
      ['DWORD', [0n, 2n ** 31n]],
      ['LINT', [-(2n ** 63n), 0n, 2n ** 63n - 1n]],
      ['ULINT', [0n, 2n ** 63n, 2n ** 64n - 1n]],
      ['TIME', [-5n, 0n, 5n]],
      ['LREAL', [-Infinity, -0, 0, 1.5, NaN]],
      ['REAL', [0.5, NaN]],
    ];
    for (const [type, values] of tables) {
      for (const a of values)
        for (const b of values)
          expect([
            type,
            a,
            b,
            value(name, [
              [type, a],
              [type, b],
            ]),
          ]).toEqual([type, a, b, relation(a, b)]);
    }
  });

  it('comparisons of more than two compare neighbours', () => {
    expect(value('GT', [int(3n), int(2n), int(1n)])).toBe(true);
    expect(value('GT', [int(3n), int(1n), int(2n)])).toBe(false);
    expect(callConstant('NE', [int(1n), int(2n), int(3n)])).toMatch(/takes 2 arguments/);
  });
});

describe('endianness and validation', () => {
  // prettier-ignore
  it.each([
    ['INT', 0x1001n, 272n], ['WORD', 0xabban, 0xbaabn], ['DINT', 0x10010a0bn, 185_205_008n], ['UDINT', 0x1n, 0x1000000n], ['LINT', 0x10010a0b10010a0bn, 795_449_452_600_623_376n],
    ['BYTE', 0x12n, 0x12n], ['INT', 0x00ffn, -256n],
  ] as const)('%s %d in the other order is %d, and back', (type, x, turned) => {
    expect(value('TO_BIG_ENDIAN', [[type, x]])).toBe(turned);
    expect(value('FROM_BIG_ENDIAN', [[type, turned]])).toBe(x);
    expect(value('TO_LITTLE_ENDIAN', [[type, x]])).toBe(x);
    expect(value('FROM_LITTLE_ENDIAN', [[type, x]])).toBe(x);
  });

  it.each(['TO_BIG_ENDIAN', 'FROM_BIG_ENDIAN', 'TO_LITTLE_ENDIAN'])(
    '%s leaves a REAL as it is: turned round it would be none',
    (name) => {
      expect(value(name, [['REAL', 12.5]])).toBe(12.5);
      expect(value(name, [lreal(-1e10)])).toBe(-1e10);
    },
  );

  it('a result of the same width may have another name', () => {
    expect(callConstant('TO_BIG_ENDIAN', [['LINT', 1n]], { expected: 'LWORD' })).toEqual({
      type: 'LWORD',
      value: 2n ** 56n,
    });
  });

  it.each([
    [0, true],
    [-1e38, true],
    [NaN, false],
    [Infinity, false],
    [-Infinity, false],
  ])('IS_VALID(%d) is %s', (x, expected) => {
    expect(value('IS_VALID', [['REAL', x]])).toBe(expected);
    expect(value('IS_VALID', [lreal(x)])).toBe(expected);
  });

  it.each([
    [0n, 4n],
    [1n, 5n],
    [-1n, 3n],
    [3n, 0n],
    [19_782n, 4n],
  ])('day %d since 1970 is weekday %d', (day, weekday) => {
    expect(value('DAY_OF_WEEK', [['DATE', day * 86_400_000_000_000n]])).toBe(weekday);
  });
});

describe('the table of functions', () => {
  it('every function has a unique name, a summary with its origin, and is found by its name', () => {
    expect(namedFunctions.length).toBeGreaterThan(100);
    expect(new Set(namedFunctions.map((f) => f.name)).size).toBe(namedFunctions.length);
    for (const f of namedFunctions) {
      expect(findStandardFunction(f.name)).toBe(f);
      expect(f.summary).toMatch(/\.$/);
    }
  });

  it.each([
    'ADD_INT',
    'MAX_REAL',
    'SEL_LREAL',
    'MOVE_TIME',
    'SHL_WORD',
    'LEN_STRING',
    'GT_DINT',
    'LIMIT_UDINT',
    'AND_BOOL',
    'SQRT_LREAL',
    'CONCAT_WSTRING',
    'MUX_INT',
  ])('%s is a typed form', (name) => {
    expect(findStandardFunction(name)?.name).toBe(name);
  });

  it('a typed form takes its type', () => {
    expect(callConstant('ADD_DINT', [int(1n), lit(2n)])).toEqual({ type: 'DINT', value: 3n });
    expect(callConstant('SEL_LREAL', [['BOOL', true], lit(0), lit(1)])).toEqual({ type: 'LREAL', value: 1 });
    expect(callConstant('GT_INT', [int(2n), int(1n)])).toEqual({ type: 'BOOL', value: true });
  });

  it.each([
    ['ADD', 1],
    ['ABS', 2],
    ['LIMIT', 2],
    ['SEL', 4],
    ['MID', 2],
  ])('%s with %d arguments is a problem that says how many it takes', (name, count) => {
    expect(
      callConstant(
        name,
        Array.from({ length: count }, () => int(1n)),
      ),
    ).toMatch(new RegExp(`^${name} takes .* arguments?.* given\\.$`));
  });
});
