import { changeKernel } from '../../../../server/src/compiler/wasm/change-kernel.js';
import { createRandomSource } from '../../../support/random-source.js';

type Diff = (present: number, past: number, bytes: number, indices: number, values: number) => number;

function setUp() {
  const memory = new WebAssembly.Memory({ initial: 4 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(changeKernel()), { env: { memory } });
  return {
    view: new DataView(memory.buffer),
    bytes: new Uint8Array(memory.buffer),
    diff: instance.exports['diff'] as Diff,
  };
}
const [present, past, indices, values] = [64, 65_536, 131_072, 196_608];

describe('the change kernel', () => {
  it.each([0, 4, 8, 60, 64, 68, 124, 128, 192, 1000, 4096, 40_000])(
    'finds what a plain loop finds in %d bytes',
    (length) => {
      const { view, bytes, diff } = setUp();
      const random = createRandomSource(length);
      for (let round = 0; round < 20; round++) {
        const changes = random.below(30);
        for (let count = 0; count < changes && length > 0; count++)
          bytes[present + random.below(length)] = random.below(256);
        const expected: [number, number][] = [];
        for (let word = 0; word < length / 4; word++) {
          const value = view.getUint32(present + word * 4, true);
          if (value !== view.getUint32(past + word * 4, true)) expected.push([word, value]);
        }
        const count = diff(present, past, length, indices, values);
        const found = Array.from({ length: count }, (_, at) => [
          view.getUint32(indices + at * 4, true),
          view.getUint32(values + at * 4, true),
        ]);
        expect(found).toEqual(expected);
        expect(bytes.slice(past, past + length)).toEqual(bytes.slice(present, present + length));
        expect(diff(present, past, length, indices, values)).toBe(0);
      }
    },
  );

  it('tells NaN bits and signed zeros apart and leaves equal NaNs alone', () => {
    const { view, diff } = setUp();
    view.setUint32(present, 0x7fc0_0000, true);
    view.setUint32(past, 0x7fc0_0000, true);
    view.setUint32(present + 4, 0x7fc0_0001, true);
    view.setUint32(past + 4, 0x7fc0_0000, true);
    view.setFloat32(present + 8, -0, true);
    expect(diff(present, past, 64, indices, values)).toBe(2);
    expect([view.getUint32(indices, true), view.getUint32(indices + 4, true)]).toEqual([1, 2]);
    expect([view.getUint32(values, true), view.getUint32(values + 4, true)]).toEqual([0x7fc0_0001, 0x8000_0000]);
  });

  it('writes nothing outside of the stretches and the columns it fills', () => {
    const { bytes, diff } = setUp();
    bytes.fill(7, present, present + 100);
    bytes.fill(9, past + 100, past + 164);
    expect(diff(present, past, 100, indices, values)).toBe(25);
    expect([...bytes.slice(past + 100, past + 164)]).toEqual(Array(64).fill(9));
    expect([...bytes.slice(indices + 100, indices + 164), ...bytes.slice(values + 100, values + 164)]).toEqual(
      Array(128).fill(0),
    );
  });
});
