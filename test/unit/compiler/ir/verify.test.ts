import type { IrExpr, IrFunction, IrStmt } from '../../../../server/src/compiler/ir/ir.js';
import { printModule } from '../../../../server/src/compiler/ir/print.js';
import { verifyModule } from '../../../../server/src/compiler/ir/verify.js';
import { binary, f64, i32, i64 } from '../../../../server/src/compiler/ir/make.js';
import { call, cell, fn, get, local, member, moduleOf, put, read, set } from '../../../support/ir-build.js';

const findings = (
  body: readonly IrStmt[],
  more: Partial<IrFunction> = {},
  ...others: IrFunction[]
): readonly string[] => verifyModule(moduleOf(fn('main', body, more), ...others));
const v = local(0);

describe('the verifier', () => {
  it('accepts a module that is right', () => {
    expect(
      findings(
        [set(v, i32(1)), put(cell(64), get(v), 3), call('twice', i32(2))],
        { locals: [v] },
        fn('twice', [{ op: 'return', value: i32(1) }], { paramCount: 1, locals: [v], result: 'i32' }),
      ),
    ).toEqual([]);
  });

  it.each<[string, readonly IrStmt[], Partial<IrFunction>, RegExp]>([
    [
      'operands of another type',
      [{ op: 'drop', value: binary('i32.add', i32(1), f64(1)) }],
      {},
      /right of i32\.add is f64, not i32/,
    ],
    [
      'a result type that the operation does not have',
      [{ op: 'drop', value: { ...binary('f64.lt', f64(1), f64(2)), type: 'f64' } as IrExpr }],
      {},
      /f64\.lt as f64/,
    ],
    ['a local that is not there', [set(local(4), i32(1))], {}, /local v4 \(4\) does not exist/],
    ['a local of another type', [set(local(0, 'i64'), i64(1n))], { locals: [v] }, /local v0 is i32, used as i64/],
    ['a cell stored with another type', [put(cell(64, 'f32'), i32(1))], {}, /cell c64 holds f32, used as i32/],
    ['a member without an instance', [put(member(4), i32(1))], {}, /cell m4 needs an instance/],
    ['a cell beyond memory', [put(cell(65_534), i32(1))], {}, /cell c65534 lies outside memory/],
    [
      'a cell beyond the frame',
      [put(cell(8, 'i32', { base: 'frame' }), i32(1))],
      { frameSize: 8 },
      /outside the frame/,
    ],
    ['a bit that a byte does not have', [{ op: 'drop', value: read(cell(64, 'u8', { bit: 9 })) }], {}, /bit 9/],
    ['a branch out of nothing', [{ op: 'br', label: 'x' }], {}, /br to x, which is not around it/],
    ['a jump without its label', [{ op: 'goto', label: 'x' }], {}, /goto x/],
    [
      'a label used twice',
      [
        { op: 'block', label: 'x', body: [] },
        { op: 'block', label: 'x', body: [] },
      ],
      {},
      /label x is not unique/,
    ],
    ['a call of nothing', [call('none')], {}, /call of none, which does not exist/],
    [
      'arguments that do not fit',
      [{ op: 'callHost', callee: 'log', args: [i32(1)] }],
      {},
      /call of log\(i32,i32\) with \(i32\)/,
    ],
    [
      'a case outside the selector',
      [{ op: 'switch', selector: i32(1), cases: [{ ranges: [[0n, 2n ** 40n]], body: [] }], otherwise: [] }],
      {},
      /switch range/,
    ],
    ['a function that ends without its result', [put(cell(64), i32(1))], { result: 'i32' }, /can end without a result/],
    ['a site that is not listed', [put(cell(64), i32(1), 100)], {}, /storeCell has site 100/],
    [
      'an i64 constant that is a number',
      [{ op: 'drop', value: { op: 'const', type: 'i64', value: 1 } }],
      {},
      /constant 1 of type i64/,
    ],
    ['a fault that is none', [{ op: 'fault', code: 'E1', faultSite: 0 }], {}, /fault code E1/],
  ])('finds %s', (_what, body, more, expected) => {
    expect(findings(body, more).join('\n')).toMatch(expected);
  });

  it('gives no more than 50 findings', () => {
    expect(findings(Array.from({ length: 200 }, () => call('none')))).toHaveLength(50);
  });
});

describe('the printer', () => {
  it('shows a module as text', () => {
    const module = moduleOf(
      fn('main', [
        put(cell(64), i32(5), 1),
        { op: 'if', test: read(cell(66, 'u8', { bit: 2 })), then: [call('other', i32(1))], otherwise: [{ op: 'return' }] },
        { op: 'switch', selector: read(cell(64)), cases: [{ ranges: [[1n, 1n], [3n, 5n]], body: [{ op: 'nop' }] }], otherwise: [] },
      ]),
      fn('other', [], { paramCount: 1, locals: [local(0)] }),
    ); // prettier-ignore
    expect(printModule(module)).toBe(
      [
        'module pages 1 stack 61440..65536 sites 100 init init',
        'entry run = main(1024)',
        'function main()',
        '  c64[64 i32] := 5  @1',
        '  if c66[66.2 u8]',
        '    other(1)',
        '  else',
        '    return',
        '  switch c64[64 i32]',
        '  case 1, 3..5',
        '    nop',
        '  otherwise',
        'function other(v0#0: i32)',
        'function init()',
      ].join('\n'),
    );
  });
});
