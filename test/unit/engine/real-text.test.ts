import fc from 'fast-check';
import { realToText, textToReal } from '../../../server/src/engine/worker/real-text.js';

describe('the text of a real', () => {
  it.each([
    [1, false, '1.0'],
    [-0.1, false, '-0.1'],
    [1e21, false, '1.0E+21'],
    [1.5e-7, false, '1.5E-7'],
    [Math.fround(0.1), true, '0.1'],
    [Math.fround(1 / 3), true, '0.33333334'],
    [Math.fround(16777216), true, '16777216.0'],
    [0, false, '0.0'],
    [-0, false, '-0.0'],
    [NaN, false, 'NaN'],
    [Infinity, false, 'INF'],
    [-Infinity, true, '-INF'],
  ])('of %p (REAL: %p) is %s', (value, single, text) => {
    expect(realToText(value, single)).toBe(text);
  });

  it('reads back the same, for LREAL and for REAL', () => {
    fc.assert(fc.property(fc.double(), (value) => Object.is(textToReal(realToText(value, false)), value)));
    fc.assert(fc.property(fc.float(), (value) => Object.is(Math.fround(textToReal(realToText(value, true))), value)));
  });

  it.each([
    ['12.5 bar', 12.5],
    ['  -3', -3],
    ['+.5e1x', 5],
    ['1_000.5', 1000.5],
    ['1e', 1],
    ['', 0],
    ['bar 12', 0],
    ['-', 0],
    ['-inf', -Infinity],
    ['1e400', Infinity],
  ])('%p is read as %p', (text, value) => {
    expect(textToReal(text)).toBe(value);
  });
});
