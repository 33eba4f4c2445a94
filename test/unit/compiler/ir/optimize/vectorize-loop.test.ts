import type { BinaryOp, IrExpr, IrModule, IrStmt, MemType } from '../../../../../server/src/compiler/ir/ir.js';
import { optimizeModule } from '../../../../../server/src/compiler/ir/optimize/optimize-module.js';
import { memSize, valueTypeOf } from '../../../../../server/src/compiler/ir/memory-type.js';
import { printModule } from '../../../../../server/src/compiler/ir/print.js';
import { binary, f32, f64, i32, i64, unary } from '../../../../../server/src/compiler/ir/make.js';
import { difference, runEmitted, runInterpreted, type RunPlan } from '../../../../support/compare-ir.js';
import { cell, fn, get, local, moduleOf, put, read, set } from '../../../../support/ir-build.js';
import { createRandomSource, type RandomSource } from '../../../../support/random-source.js';

const i = local(0);

/** Element `counter + shift` of the row that begins at `base`. */
const element = (mem: MemType, base: number, shift: number): { address: IrExpr; offset: number } => ({
  address: binary('i32.mul', binary('i32.add', get(i), i32(shift)), i32(memSize[mem])),
  offset: base,
});
const loadOf = (mem: MemType, base: number, shift = 0): IrExpr => ({
  op: 'load',
  type: valueTypeOf[mem],
  mem,
  ...element(mem, base, shift),
});

function loop(
  mem: MemType,
  base: number,
  value: IrExpr,
  first: number,
  last: number,
  shift = 0,
  ...more: IrStmt[]
): IrModule {
  const step = last >= first ? 1 : -1;
  const body: IrStmt[] = [
    set(i, i32(first)),
    { op: 'block', label: 'exit', body: [{ op: 'loop', label: 'next', body: [
      { op: 'if', test: binary(step > 0 ? 'i32.gt_s' : 'i32.lt_s', get(i), i32(last)), then: [{ op: 'br', label: 'exit' }], otherwise: [] },
      ...more,
      { op: 'store', mem, ...element(mem, base, shift), value },
      set(i, binary('i32.add', get(i), i32(step))),
      { op: 'br', label: 'next' },
    ] }] },
    put(cell(64), get(i)),
  ]; // prettier-ignore
  return moduleOf(fn('main', body, { locals: [i, local(1, 'f32')] }));
}

const plan = (seed: number): RunPlan => ({
  scans: 2,
  compared: 4096,
  fill(memory) {
    const random = createRandomSource(seed);
    const view = new DataView(memory.buffer);
    for (let at = 512; at < 4096; at += 4) {
      if (random.chance(0.5)) view.setFloat32(at, random.pick([0, -0, 1.5, -2.25, 1e30, Infinity, NaN, 3]), true);
      else view.setInt32(at, random.below(1000), true);
      // No NaN but the canonical one.
      if (Number.isNaN(view.getFloat32(at, true))) view.setUint32(at, 0x7fc0_0000, true);
    }
  },
});

const isVector = (module: IrModule): boolean => /^ *vector /m.test(printModule(optimizeModule(module)));

describe('loops over arrays', () => {
  it.each<[string, IrModule]>([
    ['that add two arrays', loop('f32', 1024, binary('f32.add', loadOf('f32', 2048), loadOf('f32', 3072)), 0, 63)],
    ['of LREAL', loop('f64', 1024, binary('f64.mul', loadOf('f64', 2048), f64(0.1)), 0, 31)],
    ['that change an array in place', loop('f32', 1024, binary('f32.mul', loadOf('f32', 1024), f32(0.99)), 0, 40)],
    ['that move an array up', loop('f32', 1024, loadOf('f32', 1024, -1), 63, 1)],
    ['that move an array down', loop('u8', 1024, loadOf('u8', 1024, 1), 0, 100)],
    ['of DINT', loop('i32', 1024, binary('i32.xor', loadOf('i32', 2048, 2), i32(255)), 3, 50)],
    [
      'with a scalar from outside',
      loop('f32', 1024, binary('f32.sub', loadOf('f32', 2048), read(cell(600, 'f32'))), 0, 30),
    ],
    [
      'with a scalar of each turn',
      loop(
        'f32',
        1024,
        binary('f32.mul', get(local(1, 'f32')), f32(2)),
        0,
        30,
        0,
        set(local(1, 'f32'), unary('f32.sqrt', loadOf('f32', 2048))),
      ),
    ],
    ['of LINT that copy', loop('i64', 1024, loadOf('i64', 2048), 0, 20)],
  ])('%s become vector loops with the same result', (_what, module) => {
    expect(isVector(module)).toBe(true);
    expect(difference(runInterpreted(module, plan(1)), runEmitted(module, plan(1), false))).toBeUndefined();
  });

  it.each<[string, IrModule]>([
    ['whose turns build on each other', loop('f32', 1024, binary('f32.add', loadOf('f32', 1024, -1), f32(1)), 1, 63)],
    ['that fill an array from its first element', loop('u8', 1024, loadOf('u8', 1024, -1), 1, 100)],
    [
      'that sum up',
      loop(
        'f32',
        1024,
        get(local(1, 'f32')),
        0,
        63,
        0,
        set(local(1, 'f32'), binary('f32.add', get(local(1, 'f32')), loadOf('f32', 2048))),
      ),
    ],
    ['that read an array written a little behind', loop('f32', 1024, loadOf('f32', 1024, -20), 20, 90)],
    ['that count in the value', loop('i32', 1024, binary('i32.add', loadOf('i32', 2048), get(i)), 0, 40)],
    ['that calculate with narrow elements', loop('u8', 1024, binary('i32.add', loadOf('u8', 2048), i32(1)), 0, 100)],
    [
      'that read a scalar within what they write',
      loop('f32', 1024, binary('f32.add', loadOf('f32', 2048), read(cell(1040, 'f32', { aliased: true }))), 0, 40),
    ],
    ['with elements of two sizes', loop('i64', 1024, unary('i64.extend_i32_s', loadOf('i32', 2048)), 0, 40)],
  ])('%s stay as they are', (_what, module) => {
    expect(isVector(module)).toBe(false);
    expect(difference(runInterpreted(module, plan(2)), runEmitted(module, plan(2), false))).toBeUndefined();
  });

  it('give the same result at random: kinds, directions, distances, lengths', () => {
    let vectors = 0;
    for (let seed = 0; seed < 400; seed++) {
      const random = createRandomSource(seed);
      const module = randomLoop(random);
      if (isVector(module)) vectors += 1;
      const found = difference(runInterpreted(module, plan(seed)), runEmitted(module, plan(seed), false));
      expect(`seed ${seed}: ${found ?? 'same'}`).toBe(`seed ${seed}: same`);
    }
    expect(vectors).toBeGreaterThan(100);
  });
});

function randomLoop(random: RandomSource): IrModule {
  const mem = random.pick(['f32', 'f64', 'i32', 'f32', 'u8', 'i16', 'i64'] as const);
  const type = valueTypeOf[mem];
  const size = memSize[mem];
  const base = 1024 + random.below(3) * size;
  const leaf = (): IrExpr => {
    if (random.chance(0.2))
      return type === 'i64' ? i64(3n) : type === 'i32' ? i32(random.below(100)) : type === 'f32' ? f32(1.5) : f64(-0.5);
    // The same array, its neighbourhood, or another one.
    return loadOf(mem, random.pick([base, base, base + size * random.below(40), 2048, 3072]), random.below(7) - 3);
  };
  const code = random.pick(['add', 'sub', 'mul']);
  const value =
    size < 4 || type === 'i64' || random.chance(0.3) ? leaf() : binary(`${type}.${code}` as BinaryOp, leaf(), leaf());
  const low = 4 + random.below(5);
  const high = low + random.below(70);
  return random.chance(0.5)
    ? loop(mem, base, value, low, high)
    : loop(mem, base, value, high, low, random.below(3) - 1);
}
