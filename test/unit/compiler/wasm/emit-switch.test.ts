import type { IrCase } from '../../../../server/src/compiler/ir/ir.js';
import { disjointIntervals } from '../../../../server/src/compiler/wasm/emit-switch.js';
import { createRandomSource } from '../../../support/random-source.js';

const cases = (...ranges: (readonly (readonly [number, number])[])[]): IrCase[] =>
  ranges.map((list) => ({ ranges: list.map(([low, high]) => [BigInt(low), BigInt(high)] as const), body: [] }));
const plain = (list: readonly IrCase[]): [number, number, number][] =>
  disjointIntervals(list).map(({ low, high, target }) => [Number(low), Number(high), target]);

describe('ranges of CASE', () => {
  it.each<[string, IrCase[], [number, number, number][]]>([
    ['stay apart where they are apart', cases([[1, 1]], [[5, 9]]), [[1, 1, 0], [5, 9, 1]]],
    ['are sorted', cases([[7, 7]], [[-3, 2]]), [[-3, 2, 1], [7, 7, 0]]],
    ['of one case are joined where they touch', cases([[1, 2], [3, 4]]), [[1, 4, 0]]],
    ['give way to an earlier case', cases([[3, 4]], [[1, 9]]), [[1, 2, 1], [3, 4, 0], [5, 9, 1]]],
    ['vanish behind an earlier case', cases([[1, 9]], [[3, 4]]), [[1, 9, 0]]],
    ['that are empty select nothing', cases([[5, 1]]), []],
  ])('%s', (_what, list, expected) => {
    expect(plain(list)).toEqual(expected);
  }); // prettier-ignore

  it('select for every value the first case that names it', () => {
    const random = createRandomSource(5);
    for (let round = 0; round < 300; round++) {
      const list = cases(...Array.from({ length: random.below(8) }, () => Array.from({ length: 1 + random.below(3) }, () => {
        const low = random.below(40);
        return [low, low + random.below(6)] as const;
      }))); // prettier-ignore
      const intervals = disjointIntervals(list);
      for (let value = 0n; value < 50n; value++) {
        const expected = list.findIndex((one) => one.ranges.some(([low, high]) => value >= low && value <= high));
        const found = intervals.filter((one) => value >= one.low && value <= one.high);
        expect(found.length).toBeLessThanOrEqual(1);
        expect(found[0]?.target ?? -1).toBe(expected);
      }
    }
  });
});
