import type { IrExpr, MemType } from '../../../../server/src/compiler/ir/ir.js';
import { binary, cond, f32, f64, i32, i64 } from '../../../../server/src/compiler/ir/make.js';
import { difference, runEmitted, runInterpreted, type RunPlan } from '../../../support/compare-ir.js';
import { cell, fn, moduleOf, put, read } from '../../../support/ir-build.js';

const plan: RunPlan = { scans: 1, compared: 128, fill: () => undefined };
const canonical = { f32: '0000c07f', f64: '000000000000f87f' };

/** What is at 80 after all bits of the float at 64 were set and `value` was stored, in the two forms of the code. */
function stored(mem: 'f32' | 'f64', value: IrExpr): string[] {
  const bits: MemType = mem === 'f32' ? 'i32' : 'i64';
  const module = moduleOf(
    fn('main', [put(cell(64, bits, { aliased: true }), mem === 'f32' ? i32(-1) : i64(-1n)), put(cell(80, mem), value)]),
  );
  const expected = runInterpreted(module, plan);
  return [false, true].map((instrument) => {
    const outcome = runEmitted(module, plan, instrument);
    expect(difference(expected, outcome)).toBeUndefined();
    return Buffer.from(outcome.memory.slice(80, mem === 'f32' ? 84 : 88)).toString('hex');
  });
}

describe.each(['f32', 'f64'] as const)('a NaN of other bits, %s', (mem) => {
  const other = read(cell(64, mem, { aliased: true }));
  const number = mem === 'f32' ? f32(1) : f64(1);
  it.each<[string, IrExpr]>([
    ['copied', other],
    ['calculated with', binary(`${mem}.add`, other, number)],
    ['chosen by a constant', cond(i32(1), other, binary(`${mem}.mul`, other, number))],
    ['chosen', cond(read(cell(72)), number, other)],
  ])('is stored in its one form when it is %s', (_how, value) => {
    expect(stored(mem, value)).toEqual([canonical[mem], canonical[mem]]);
  });
});
