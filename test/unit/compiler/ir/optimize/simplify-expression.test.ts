import type { IrExpr } from '../../../../../server/src/compiler/ir/ir.js';
import { simplifyFunction } from '../../../../../server/src/compiler/ir/optimize/simplify-function.js';
import { printExpression } from '../../../../../server/src/compiler/ir/print.js';
import { binary, cond, f32, f64, i32, i64, load, unary } from '../../../../../server/src/compiler/ir/make.js';
import { cell, fn, get, local, read } from '../../../../support/ir-build.js';

const x = get(local(0));
const byte = read(cell(64, 'u8'));
const word = read(cell(66, 'i16'));
const bit = read(cell(70, 'u8', { bit: 3 }));
const index = (value: IrExpr, low: number, high: number): IrExpr => ({
  op: 'checkIndex',
  type: 'i32',
  value,
  low,
  high,
  site: 0,
});
const nonZero = (value: IrExpr): IrExpr => ({ op: 'checkNonZero', type: 'i32', value, site: 0 });

function simplified(expr: IrExpr): string {
  const [statement] = simplifyFunction(fn('f', [{ op: 'drop', value: expr }], { locals: [local(0)] })).body;
  return statement?.op === 'drop' ? printExpression(statement.value) : 'nothing';
}

describe('simplification', () => {
  it.each<[string, IrExpr, string]>([
    ['folds constants', binary('i32.mul', i32(6), binary('i32.add', i32(3), i32(4))), '42'],
    ['wraps as the machine does', binary('i32.add', i32(0x7fffffff), i32(1)), '-2147483648'],
    ['wraps least / -1', binary('i32.div_s', i32(-0x80000000), i32(-1)), '-2147483648'],
    ['divides unsigned', binary('i32.div_u', i32(-1), i32(2)), '2147483647'],
    ['folds i64', binary('i64.shr_u', i64(-1n), i64(60n)), '15:i64'],
    ['rounds REAL to single precision', binary('f32.add', f32(0.1), f32(0.2)), '0.30000001192092896:f32'],
    ['leaves what would be NaN to the machine', binary('f64.div', f64(0), f64(0)), 'f64.div(0:f64, 0:f64)'],
    ['leaves a division by zero to its check', binary('i32.div_s', i32(1), i32(0)), 'i32.div_s(1, 0)'],
    ['drops an idle sign extension', unary('i32.extend16_s', word), 'c66[66 i16]'],
    ['keeps one that matters', unary('i32.extend8_s', word), 'i32.extend8_s(c66[66 i16])'],
    ['drops an idle mask', binary('i32.and', byte, i32(255)), 'c64[64 u8]'],
    ['knows the bounds of sums', unary('i32.extend16_s', binary('i32.add', byte, i32(1))), 'i32.add(c64[64 u8], 1)'],
    ['gathers constants of sums', binary('i32.sub', binary('i32.add', x, i32(10)), i32(3)), 'i32.add(v0#0, 7)'],
    [
      'multiplies out the constant of an index',
      binary('i32.mul', binary('i32.add', x, i32(-1)), i32(4)),
      'i32.add(i32.mul(v0#0, 4), -4)',
    ],
    ['turns a negated comparison round', unary('i32.eqz', binary('i32.lt_s', x, i32(5))), 'i32.ge_s(v0#0, 5)'],
    [
      'does not turn round comparisons that NaN fails both ways',
      unary('i32.eqz', binary('f32.lt', f32(1), read(cell(80, 'f32')))),
      'i32.eqz(f32.lt(1:f32, c80[80 f32]))',
    ],
    ['takes a truth value for what it is', binary('i32.ne', bit, i32(0)), 'c70[70.3 u8]'],
    [
      'makes AND of truth values of a condition',
      cond(bit, binary('i32.eq', x, i32(1)), i32(0)),
      'i32.and(c70[70.3 u8], i32.eq(v0#0, 1))',
    ],
    [
      'makes OR of truth values of a condition',
      cond(bit, i32(1), binary('i32.eq', x, i32(1))),
      'i32.or(c70[70.3 u8], i32.eq(v0#0, 1))',
    ],
    ['drops a check that always passes', index(binary('i32.and', x, i32(7)), 0, 7), 'i32.and(v0#0, 7)'],
    ['moves a checked index to its low bound', index(i32(5), 3, 9), '2'],
    ['keeps a check that can fail', index(byte, 0, 99), 'index(c64[64 u8] in 0..99 @0)'],
    ['drops the check of a constant divisor', nonZero(i32(7)), '7'],
    ['keeps the check of a constant zero', nonZero(i32(0)), 'nonzero(0 @0)'],
    [
      'moves constants of an address into the access',
      load('i32', 'u8', binary('i32.add', binary('i32.mul', byte, i32(4)), i32(320)), 2),
      'u8[i32.mul(c64[64 u8], 4) + 322]',
    ],
    [
      'leaves an address alone that could wrap around',
      load('i32', 'u8', binary('i32.add', x, i32(320)), 0),
      'u8[i32.add(v0#0, 320)]',
    ],
  ])('%s', (_what, expr, expected) => {
    expect(simplified(expr)).toBe(expected);
  });

  it('decides branches on constants and turns branches on NOT round', () => {
    const keep = (value: number) => [{ op: 'setLocal', local: local(0), value: i32(value) } as const];
    const body = simplifyFunction(
      fn('f', [
        { op: 'if', test: i32(1), then: keep(1), otherwise: keep(2) },
        { op: 'if', test: i32(0), then: keep(3), otherwise: [] },
        { op: 'if', test: unary('i32.eqz', x), then: keep(4), otherwise: keep(5) },
      ]),
    ).body;
    expect(body).toEqual([...keep(1), { op: 'if', test: x, then: keep(5), otherwise: keep(4) }]);
  });
});
