import fc from 'fast-check';
import { cosine, sine } from '../../../server/src/engine/worker/trigonometry.js';

const bits = new DataView(new ArrayBuffer(8));
function ordinal(x: number): bigint {
  bits.setFloat64(0, x);
  return bits.getBigInt64(0);
}
const near = (a: number, b: number): boolean => {
  const distance = ordinal(a) - ordinal(b);
  return distance >= -1n && distance <= 1n;
};

describe('SIN and COS', () => {
  // What fdlibm gives.
  it.each([
    [0, 0, 1],
    [-0, -0, 1],
    [0.5, 0.479425538604203, 0.8775825618903728],
    [1, 0.8414709848078965, 0.5403023058681398],
    [Math.PI, 1.2246467991473532e-16, -1],
    [-2, -0.9092974268256817, -0.4161468365471424],
    [1e6, -0.34999350217129294, 0.9367521275331447],
    [1e22, -0.8522008497671888, 0.523214785395139],
    [5e-324, 5e-324, 1],
    [Infinity, NaN, NaN],
    [NaN, NaN, NaN],
  ])('of %p are %p and %p', (x, sin, cos) => {
    expect(sine(x)).toBe(sin);
    expect(cosine(x)).toBe(cos);
  });

  it('are within one unit in the last place of the platform, for small and for huge arguments', () => {
    const double = fc.oneof(
      fc.double({ min: -1000, max: 1000, noNaN: true }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(fc.property(double, (x) => near(sine(x), Math.sin(x)) && near(cosine(x), Math.cos(x))));
  });
});
