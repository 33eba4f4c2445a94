import type { IrExpr, IrModule, IrStmt } from '../../../../../server/src/compiler/ir/ir.js';
import { binary, i32, i64, unary } from '../../../../../server/src/compiler/ir/make.js';
import { optimizeModule } from '../../../../../server/src/compiler/ir/optimize/optimize-module.js';
import { printFunction } from '../../../../../server/src/compiler/ir/print.js';
import { verifyModule } from '../../../../../server/src/compiler/ir/verify.js';
import { difference, runEmitted, runInterpreted, type RunPlan } from '../../../../support/compare-ir.js';
import { cell, fn, moduleOf, put, read } from '../../../../support/ir-build.js';

const plan: RunPlan = { scans: 3, compared: 1024, fill: (memory) => memory.fill(0x5a, 64, 1024) };
const counter = cell(64);
const odd = binary('i32.and', read(counter), i32(1));
const small = cell(80, 'i8');

/** Counts scans, and in odd ones stores `then`, else `otherwise`, in a loop of one turn: there branches become choices. */
function choosing(then: IrExpr, otherwise: IrExpr): IrModule {
  const branch: IrStmt = { op: 'if', test: odd, then: [put(small, then)], otherwise: [put(small, otherwise)] };
  return moduleOf(
    fn('main', [
      put(counter, binary('i32.add', read(counter), i32(1))),
      { op: 'loop', label: 'again', body: [branch] },
    ]),
  );
}

describe('branches that become choices', () => {
  it.each<[string, IrExpr, IrExpr]>([
    ['of one width', i32(300), read(cell(84))],
    ['of two widths into one narrow cell', unary('i64.extend_i32_s', read(cell(84))), i32(7)],
    ['of 64 bits into a narrow cell', i64(513n), unary('i64.extend_i32_s', read(cell(84)))],
  ])('store the same: %s', (_name, then, otherwise) => {
    const module = choosing(then, otherwise);
    expect(verifyModule(module)).toEqual([]);
    const optimized = optimizeModule(module);
    expect(printFunction(optimized.functions[0]!)).not.toMatch(/\bif\b/);
    expect(verifyModule(optimized)).toEqual([]);
    expect(difference(runInterpreted(module, plan), runEmitted(module, plan, false))).toBeUndefined();
  });
});
