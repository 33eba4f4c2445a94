import type { IrFunction, IrModule, IrStmt } from '../../../../../server/src/compiler/ir/ir.js';
import { optimizeModule } from '../../../../../server/src/compiler/ir/optimize/optimize-module.js';
import { printFunction } from '../../../../../server/src/compiler/ir/print.js';
import { verifyModule } from '../../../../../server/src/compiler/ir/verify.js';
import { binary, i32 } from '../../../../../server/src/compiler/ir/make.js';
import { difference, runEmitted, runInterpreted, type RunPlan } from '../../../../support/compare-ir.js';
import { call, cell, fn, get, local, member, moduleOf, put, read, set } from '../../../../support/ir-build.js';

const plan: RunPlan = { scans: 2, compared: 2048, fill: (memory) => memory.fill(1, 64, 2048) };
const a = cell(64);
const b = cell(68);
const sum = (left = read(a), right = read(a)) => binary('i32.add', left, right);

/** Loads of the cell in the optimised form of the first function. */
function loads(module: IrModule, name: string): number {
  const text = printFunction(optimizeModule(module, (callee) => callee.name.startsWith('keep')).functions[0]!);
  return [...text.matchAll(new RegExp(`(?<!:= .*|^ *)${name}\\[|:= .*?${name}\\[`, 'gm'))].length;
}

function expectSame(module: IrModule): void {
  expect(verifyModule(module)).toEqual([]);
  expect(verifyModule(optimizeModule(module))).toEqual([]);
  expect(difference(runInterpreted(module, plan), runEmitted(module, plan, false))).toBeUndefined();
}

/** Too large to be copied into a caller, with the given effect. */
const large = (name: string, ...effect: IrStmt[]): IrFunction =>
  fn(name, [...effect, ...Array.from({ length: 120 }, (_, index) => put(cell(1600 + (index % 10) * 4), i32(index)))]);

describe('promotion of cells', () => {
  it('loads a cell once, however often it is read', () => {
    const module = moduleOf(fn('main', [put(b, sum()), put(cell(72), sum())]));
    expect(loads(module, 'c64')).toBe(1);
    expectSame(module);
  });

  it('takes a stored value from the local, and stores it at once as well', () => {
    const module = moduleOf(fn('main', [put(a, i32(5)), put(b, sum())]));
    expect(loads(module, 'c64')).toBe(0);
    expectSame(module);
  });

  it('loads anew what a call may have written, and nothing else', () => {
    const other = cell(100);
    const module = moduleOf(
      fn('main', [
        put(b, sum()),
        put(cell(72), sum(read(other), read(other))),
        call('keep'),
        put(cell(76), sum()),
        put(cell(80), sum(read(other), read(other))),
      ]),
      large('keep', put(a, i32(9))),
    );
    expect(loads(module, 'c64')).toBe(2);
    expect(loads(module, 'c100')).toBe(1);
    expectSame(module);
  });

  it('knows what a call writes on an instance from the region of the call', () => {
    const inside = cell(1208);
    const module = moduleOf(
      fn('main', [
        put(b, sum(read(inside), read(inside))),
        { op: 'call', callee: 'keep', args: [i32(1200)], instance: { base: 'absolute', offset: 1200, size: 64 } },
        put(cell(72), sum(read(inside), read(inside))),
        { op: 'call', callee: 'keep', args: [i32(1300)], instance: { base: 'absolute', offset: 1300, size: 64 } },
        put(cell(76), sum(read(inside), read(inside))),
      ]),
      {
        ...large('keep', put(member(8), i32(3))),
        hasInstance: true,
        paramCount: 1,
        locals: [{ id: 0, name: 'this', type: 'i32' }],
      },
    );
    expect(loads(module, 'c1208')).toBe(2);
    expectSame(module);
  });

  it.each([
    ['the program itself', 1024],
    ['one of two instances', 1040],
  ])('sees that a member and a fixed cell are the same byte on %s', (_what, offset) => {
    const own = member(8);
    const outside = cell(offset + 8);
    const body = [
      put(b, sum(read(own), read(own))),
      put(outside, i32(77)),
      put(cell(72), sum(read(own), read(own))),
      put(own, i32(12)),
      put(cell(76), sum(read(outside), read(outside))),
    ];
    const taking = { hasInstance: true, paramCount: 1, locals: [{ id: 0, name: 'this', type: 'i32' as const }] };
    const at = (address: number): IrStmt => ({
      op: 'call',
      callee: 'keep',
      args: [i32(address)],
      instance: { base: 'absolute', offset: address, size: 64 },
    });
    expectSame(moduleOf(fn('main', body, taking)));
    expectSame(moduleOf(fn('main', [at(1104), at(1040)]), { ...large('keep', ...body), ...taking }));
  });

  it('loads anew after a structure was copied over the cell', () => {
    expectSame(
      moduleOf(
        fn('main', [put(b, sum()), { op: 'copy', to: i32(60), from: i32(200), size: i32(12) }, put(cell(72), sum())]),
      ),
    );
  });

  const i = local(0);
  /** `for v0 := 0 to 39 { body }` */
  const loop = (...body: IrStmt[]): IrStmt[] => [
    set(i, i32(0)),
    { op: 'block', label: 'exit', body: [{ op: 'loop', label: 'next', body: [
      { op: 'if', test: binary('i32.gt_s', get(i), i32(39)), then: [{ op: 'br', label: 'exit' }], otherwise: [] },
      ...body,
      set(i, binary('i32.add', get(i), i32(1))),
      { op: 'br', label: 'next' },
    ] }] },
  ]; // prettier-ignore
  const count = put(a, binary('i32.add', read(a), get(i)));
  const when = (value: number, ...then: IrStmt[]): IrStmt => ({
    op: 'if',
    test: binary('i32.eq', get(i), i32(value)),
    then,
    otherwise: [],
  });

  it.each<[string, IrStmt[]]>([
    ['falls out', loop(count)],
    ['is left by EXIT', loop(count, when(5, { op: 'br', label: 'exit' }), put(b, read(a)))],
    ['returns', loop(count, when(5, { op: 'return' }))],
    [
      'faults in a check',
      loop(count, put(b, { op: 'checkIndex', type: 'i32', value: get(i), low: 0, high: 6, site: 3 })),
    ],
    ['faults by a statement', loop(count, when(7, { op: 'fault', code: 'R4010', faultSite: 4 }))],
    [
      'divides by zero',
      loop(
        count,
        put(
          b,
          binary('i32.div_s', i32(100), {
            op: 'checkNonZero',
            type: 'i32',
            value: binary('i32.sub', i32(4), get(i)),
            site: 1,
          }),
        ),
      ),
    ],
    ['calls a function that reads the cell', [...loop(count, call('keep'))]],
    [
      'reads the cell by address',
      loop(count, put(b, { op: 'load', type: 'i32', mem: 'i32', address: i32(64), offset: 0 })),
    ],
    ['never runs', [{ op: 'if', test: i32(0), then: loop(count), otherwise: [] }, put(b, read(a))]],
  ])('leaves memory right when a loop that counts in a cell %s', (_what, body) => {
    expectSame(moduleOf(fn('main', body, { locals: [i] }), large('keep', put(cell(90, 'i16'), read(a)))));
  });

  it('keeps the stores of a loop until it ends', () => {
    const module = moduleOf(fn('main', loop(count, when(20, { op: 'br', label: 'exit' })), { locals: [i] }));
    const text = printFunction(optimizeModule(module).functions[0]!);
    expect(text.match(/c64\[64 i32\] := \$i32\d+#\d+$/gm)?.length).toBe(2);
    expect(text).not.toMatch(/c64\[64 i32\] := \{/);
  });

  it('wraps what a narrow cell can not hold', () => {
    const narrow = cell(64, 'i8');
    expectSame(
      moduleOf(
        fn('main', [
          put(narrow, i32(300)),
          put(b, sum(read(narrow), read(narrow))),
          put(cell(72, 'u16'), binary('i32.mul', read(b), i32(9999))),
          put(cell(76), sum(read(cell(72, 'u16')), read(cell(72, 'u16')))),
        ]),
      ),
    );
  });
});
