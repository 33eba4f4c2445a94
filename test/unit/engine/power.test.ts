import fc from 'fast-check';
import { power } from '../../../server/src/engine/worker/power.js';

describe('EXPT', () => {
  it.each([
    [2, 10, 1024],
    [10, 15, 1e15],
    [-2, 3, -8],
    [-2, 2, 4],
    [7, 0, 1],
    [NaN, 0, 1],
    [1, NaN, 1],
    [-2, 0.5, NaN],
    [0, -1, Infinity],
    [-0, -3, -Infinity],
    [-0, 3, -0],
    [0, 0.5, 0],
    [2, 1024, Infinity],
    [2, -1074, 5e-324],
    [2, -1080, 0],
    [-1, Infinity, 1],
    [0.5, Infinity, 0],
    [0.5, -Infinity, Infinity],
    [-Infinity, 3, -Infinity],
    [-Infinity, -2, 0],
    [Infinity, -1, 0],
    [0.9999999, 4294967296, 2.9643611370349643e-187],
    [4, 0.5, 2],
  ])('%p to the power of %p is %p', (x, y, expected) => {
    expect(power(x, y)).toBe(expected);
  });

  it('is within one unit in the last place of the platform', () => {
    const bits = new DataView(new ArrayBuffer(8));
    const ordinal = (x: number): bigint => {
      bits.setFloat64(0, x);
      return bits.getBigInt64(0);
    };
    const base = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(base, fc.double({ min: -40, max: 40, noNaN: true }), (x, y) => {
        const distance = ordinal(power(x, y)) - ordinal(x ** y);
        return distance >= -1n && distance <= 1n;
      }),
    );
  });
});
